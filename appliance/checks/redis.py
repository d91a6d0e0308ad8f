"""Redis: installed, new enough, and keeping what it is given."""

import re
import shutil
from typing import Final

from appliance import command, readiness
from appliance.checks.check import Check, Status
from appliance.errors import CommandFailed
from appliance.paths import DataDirectory

VERSION_NEEDED: Final = (6, 2)
VERSION: Final = re.compile(r"v=(\d+)\.(\d+)\.(\d+)")
TIMEOUT_S: Final = 5.0
TITLE: Final = "Redis"
NEEDED: Final = "Redis 6.2 or later, on a socket of its own, keeping every write"


def check_redis(data: DataDirectory, *, box_is_running: bool) -> Check:
    """Check the Redis that a box in this data directory uses, or would use."""
    if shutil.which("redis-server") is None:
        return _check("not installed", Status.FAILED, "sudo apt-get install redis-server")
    installed = judge_version(command.run(["redis-server", "--version"], timeout_s=TIMEOUT_S))
    if installed.status is Status.FAILED or not readiness.socket_answers(data.redis_socket):
        return installed
    if not box_is_running:
        return _check(
            f"{data.redis_socket} is used by another program", Status.FAILED, "end it, or choose another --data-dir"
        )
    try:
        return judge_persistence(command.run(["redis-cli", "-s", str(data.redis_socket), "INFO"], timeout_s=TIMEOUT_S))
    except CommandFailed as error:
        return _check(error.message.splitlines()[0], Status.FAILED, "restart the box")


def judge_version(text: str) -> Check:
    """Return the check for what `redis-server --version` says."""
    found = VERSION.search(text)
    if found is None:
        return _check(
            "version unknown", Status.WARNING, "run redis-server --version and see whether it is 6.2 or later"
        )
    version = tuple(map(int, found.groups()))
    words = ".".join(map(str, version))
    if version < VERSION_NEEDED:
        return _check(words, Status.FAILED, "upgrade to Debian 12 or later, which has Redis 7")
    return _check(f"{words}, not running; it will keep every write", Status.PASSED)


def judge_persistence(information: str) -> Check:
    """Return the check for what a running Redis says of itself."""
    facts = dict(line.strip().split(":", 1) for line in information.splitlines() if ":" in line)
    version = facts.get("redis_version", "version unknown")
    if facts.get("aof_enabled") != "1":
        return _check(f"{version}, running, its append-only file is off", Status.FAILED, "restart the box")
    if facts.get("aof_last_write_status") != "ok":
        hint = "see whether the disk is full (df -h), then restart the box"
        return _check(f"{version}, running, its last write failed", Status.FAILED, hint)
    return _check(f"{version}, running, keeps every write", Status.PASSED)


def _check(measured: str, status: Status, hint: str = "") -> Check:
    return Check(id="redis", title=TITLE, measured=measured, needed=NEEDED, status=status, hint=hint)
