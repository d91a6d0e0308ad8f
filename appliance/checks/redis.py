"""Redis: installed, new enough, and keeping what it is given."""

import re
import shutil
from typing import Final

from appliance import command, readiness
from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import CommandFailed
from appliance.paths import DataDirectory

VERSION_NEEDED: Final = (6, 2)
VERSION: Final = re.compile(r"v=(\d+)\.(\d+)\.(\d+)")
TIMEOUT_S: Final = 5.0
TITLE: Final = Words("Redis")
NEEDED: Final = Words("Redis 6.2 or later, on a socket of its own, keeping every write")
RESTART: Final = Words("restart the box")


def check_redis(data: DataDirectory, *, box_is_running: bool) -> Check:
    """Check the Redis that a box in this data directory uses, or would use."""
    if shutil.which("redis-server") is None:
        return _check(Words("not installed"), Status.FAILED, Words("sudo apt-get install redis-server"))
    installed = judge_version(command.run(["redis-server", "--version"], timeout_s=TIMEOUT_S))
    if installed.status is Status.FAILED or not readiness.socket_answers(data.redis_socket):
        return installed
    if not box_is_running:
        measured = Words("{socket} is used by another program", socket=str(data.redis_socket))
        return _check(measured, Status.FAILED, Words("end it, or choose another --data-dir"))
    try:
        return judge_persistence(command.run(["redis-cli", "-s", str(data.redis_socket), "INFO"], timeout_s=TIMEOUT_S))
    except CommandFailed as error:
        problem = Words("{problem}", problem=error.message.splitlines()[0])
        return _check(problem, Status.FAILED, RESTART)


def judge_version(text: str) -> Check:
    """Return the check for what `redis-server --version` says."""
    found = VERSION.search(text)
    if found is None:
        hint = Words("run redis-server --version and see whether it is 6.2 or later")
        return _check(Words("version unknown"), Status.WARNING, hint)
    version = tuple(map(int, found.groups()))
    words = ".".join(map(str, version))
    if version < VERSION_NEEDED:
        hint = Words("upgrade to Debian 12 or later, which has Redis 7")
        return _check(Words("{version}", version=words), Status.FAILED, hint)
    return _check(Words("{version}, not running; it will keep every write", version=words), Status.PASSED)


def judge_persistence(information: str) -> Check:
    """Return the check for what a running Redis says of itself."""
    facts = dict(line.strip().split(":", 1) for line in information.splitlines() if ":" in line)
    version = facts.get("redis_version", "?")
    if facts.get("aof_enabled") != "1":
        measured = Words("{version}, running, its append-only file is off", version=version)
        return _check(measured, Status.FAILED, RESTART)
    if facts.get("aof_last_write_status") != "ok":
        hint = Words("see whether the disk is full (df -h), then restart the box")
        return _check(Words("{version}, running, its last write failed", version=version), Status.FAILED, hint)
    return _check(Words("{version}, running, keeps every write", version=version), Status.PASSED)


def _check(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(id="redis", title=TITLE, measured=measured, needed=NEEDED, status=status, hint=hint)
