"""Who else is on the machine: other web servers, another Redis, a box that is installed already."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.installing import units
from appliance.installing.places import CURRENT, DATA

WEB_SERVERS: Final = ("nginx", "apache2", "lighttpd", "caddy", "haproxy")
"""Debian's packages that open port 80 or 443 when they start, which at the next boot may be before the box."""

QUEUES: Final = ("redis-server", "valkey-server")
UNIT_OF_PROCESS: Final = re.compile(r"/([\w@.:\\-]+\.(?:service|scope))(?:/|$)", re.MULTILINE)


def unit_of(process_id: int) -> str:
    """Return the unit of systemd that a process belongs to; "" where it is none's."""
    try:
        found = UNIT_OF_PROCESS.findall(Path(f"/proc/{process_id}/cgroup").read_text())
    except OSError:
        return ""
    return str(found[-1]) if found else ""


def check_web_servers() -> Check:
    """Check that no other web server will want the ports at the next boot."""
    return judge_web_servers([name for name in WEB_SERVERS if units.is_enabled(f"{name}.service")])


def judge_web_servers(enabled: Sequence[str]) -> Check:
    """Return the check for the other web servers that start at boot."""
    hint = Words("sudo systemctl disable --now {names}, or install the box on a machine of its own",
                 names=" ".join(enabled))  # fmt: skip  # one thing a line
    return Check(
        id="web_servers",
        title=Words("Other web servers"),
        measured=Words("{names} will start at boot", names=", ".join(enabled)) if enabled else Words("none at boot"),
        needed=Words("none, for they would take the ports first"),
        status=Status.WARNING if enabled else Status.PASSED,
        hint=hint if enabled else NOTHING,
    )


def check_other_queues() -> Check:
    """Check whether another Redis runs: it may, for the box has its own, with another socket and no port."""
    running = [name for name in QUEUES if units.is_active(f"{name}.service")]
    return Check(
        id="other_queues",
        title=Words("Other Redis"),
        measured=Words("{names} runs", names=", ".join(running)) if running else Words("none"),
        needed=Words("none is in the way: the box has its own, without a port"),
        status=Status.PASSED,
    )


def check_installed(release: str) -> Check:
    """Check that no other release is installed here."""
    return judge_installed(release, running())


def running() -> str:
    """Return the release of the box that was installed here, to the end; "" for none."""
    is_whole = CURRENT.is_symlink() and DATA.checks.exists()
    return CURRENT.readlink().name if is_whole else ""


def judge_installed(release: str, running: str) -> Check:
    """Return the check for the release that this would be, and the one that is installed, "" for none."""
    is_other = running not in {"", release}
    return Check(
        id="installed",
        title=Words("Installed box"),
        measured=Words("release {name}", name=running) if running else Words("none"),
        needed=Words("none, or this very release, {name}", name=release),
        status=Status.FAILED if is_other else Status.PASSED,
        hint=Words("sudo ./bastide upgrade tries the release first, and can go back") if is_other else NOTHING,
    )
