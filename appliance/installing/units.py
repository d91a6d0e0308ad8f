"""The units of the box in systemd: their files, which of them run, and which must start anew after a change."""

import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from appliance import command
from appliance.errors import CommandFailed
from appliance.installing.addresses import of_this_kernel
from appliance.installing.places import UNIT_FILES, UNITS
from appliance.installing.placing import place

TARGET: Final = "bastide.target"
WAY_OUT: Final = "bastide-egress.service"
"""Started by its socket, and so not among the units that start with the box."""

FRONT: Final = "bastide-nginx.socket"
FRONT_SERVICE: Final = "bastide-nginx.service"
SOCKETS: Final = (FRONT, "bastide-web.socket", "bastide-egress.socket")
TIMEOUT_S: Final = 180.0
SUFFIXES: Final = frozenset({".service", ".socket", ".target", ".slice", ".timer"})


def files() -> tuple[Path, ...]:
    """Return the unit files of this release."""
    return tuple(sorted(path for path in UNIT_FILES.iterdir() if path.suffix in SUFFIXES))


def names(inference: int, batch: int) -> tuple[str, ...]:
    """Return the units that start with the box, in the order in which they are told of."""
    return (
        *("bastide-redis.service", *SOCKETS, "bastide-web.service"),
        *(f"bastide-inference@{number}.service" for number in range(1, inference + 1)),
        *("bastide-jobs.service", "bastide-control.service"),
        *(f"bastide-batch@{number}.service" for number in range(1, batch + 1)),
        "bastide-nginx.service",
        *(f"bastide-{task}.timer" for task in ("backup", "certificate", "checks", "retention")),
    )


def place_units() -> bool:
    """Put the unit files in their place and have systemd read them."""
    opened_before = _opened()
    changed = [place(UNITS / path.name, text(path)) for path in files()]
    if any(changed):
        systemctl("daemon-reload")
    if opened_before and _opened() != opened_before and is_active(FRONT):
        # systemd hands over what it opened once: only where the kernel came to another mind about IPv6.
        systemctl("stop", FRONT_SERVICE)
        systemctl("restart", FRONT)
        systemctl("start", FRONT_SERVICE)
    return any(changed)


def text(path: Path) -> str:
    """Return what of a unit file of the release is put in its place on this machine."""
    return of_this_kernel(path.read_text())


def _opened() -> list[str]:
    """Return the addresses that the front's socket has as it is placed; nothing before it is."""
    path = UNITS / FRONT
    return re.findall(r"^ListenStream=(.*)$", path.read_text(), re.MULTILINE) if path.exists() else []


def enable(wanted: Iterable[str]) -> bool:
    """Have these units, and no other instance of theirs, start with the box. Return whether that is new."""
    before, wanted = enabled(), set(wanted)
    if surplus := before - wanted:
        systemctl("disable", "--now", *sorted(surplus))
    if missing := wanted - before:
        systemctl("enable", *sorted(missing))
    if not is_enabled(TARGET):
        systemctl("enable", TARGET)
    return bool(surplus or missing)


def enabled() -> set[str]:
    """Return the units that start with the box."""
    return {path.name for path in (UNITS / f"{TARGET}.wants").glob("bastide-*")}


def is_enabled(unit: str) -> bool:
    """Return whether a unit starts at boot."""
    try:
        systemctl("is-enabled", unit)
    except CommandFailed:
        return False
    return True


def is_active(unit: str) -> bool:
    """Return whether a unit runs."""
    try:
        systemctl("is-active", unit)
    except CommandFailed:
        return False
    return True


def restart_services() -> None:
    """Start every service anew, the way out only if it runs."""
    systemctl("restart", *_services())
    systemctl("try-restart", WAY_OUT)


def started_at_s() -> float:
    """Return when the service started, in whole seconds since 1970, that has run longest; now where none runs."""
    asked = ("show", "--timestamp=unix", "--property=ExecMainStartTimestamp", "--value")
    return oldest_s(systemctl(*asked, *_services(), WAY_OUT), time.time())


def oldest_s(told: str, now_s: float) -> float:
    """Return the oldest of the moments that systemctl told, `@1795766025` each; what never ran has none."""
    return min((float(line[1:]) for line in told.split() if line.startswith("@") and line != "@0"), default=now_s)


def _services() -> list[str]:
    return sorted(each for each in enabled() if each.endswith(".service"))


def systemctl(*arguments: str) -> str:
    """Return what systemctl printed. Raise CommandFailed with its words."""
    return command.run(["systemctl", *arguments], timeout_s=TIMEOUT_S)
