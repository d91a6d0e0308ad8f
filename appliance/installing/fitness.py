"""Whether this machine may become the box: what every start checks, and what only an installation needs."""

import platform
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from appliance import command
from appliance.checks.check import Check, Status
from appliance.checks.memory import check_memory
from appliance.checks.network import check_syn_cookies
from appliance.checks.port import bind_problem, name_of, owner_of
from appliance.checks.processor import check_cores, check_flags, check_load
from appliance.checks.storage import check_disk_free, check_disk_speed, check_file_system, check_inodes, existing
from appliance.checks.system import check_clock, check_open_files, check_python
from appliance.checks.words import NOTHING, Words
from appliance.environment import Address
from appliance.errors import CommandFailed
from appliance.installing import addresses, neighbours, units, way_out
from appliance.installing.known_data import check_data
from appliance.installing.name_leading import check_name
from appliance.installing.places import DATA, OPT

SYSTEMD_MIN: Final = 252
DEBIANS: Final = ("12", "13")
PORTS: Final = (80, 443)
NECESSARY: Final = frozenset({"debian", "systemd", "python", "room", "data"})
OS_RELEASE: Final = Path("/etc/os-release")
ROOM_NEEDED: Final = 3 * 2**30
"""A release with its packages takes 0.6 GB; an upgrade makes the next one beside it."""


def checks(host: str, release: str) -> tuple[Check, ...]:
    """Return every check of a machine for this release, in the order in which people read them."""
    return tuple(_of_an_installed_box(check) for check in _checks(host, release))


def _of_an_installed_box(check: Check) -> Check:
    """Return a check with a hint that can be followed: only a box in a terminal chooses where its data lies."""
    if "--data-dir" not in check.hint:
        return check
    return replace(check, hint=Words("mount another disk at {directory}", directory=str(DATA.root)))


def _checks(host: str, release: str) -> tuple[Check, ...]:
    directory = existing(DATA.root)
    return (
        check_debian(),
        check_systemd(),
        check_python(),
        check_cores(),
        check_flags(),
        check_memory(),
        check_load(),
        check_disk_free(directory),
        check_room(),
        check_inodes(directory),
        check_disk_speed(directory),
        check_file_system(directory),
        check_open_files(),
        check_clock(),
        *(check_front_port(port) for port in PORTS),
        check_syn_cookies(),
        neighbours.check_web_servers(),
        neighbours.check_other_queues(),
        check_data(),
        neighbours.check_installed(release),
        check_name(host),
        way_out.check_proxy(),
        way_out.check_authorities(),
    )


def check_debian() -> Check:
    """Check that this is a Debian on which the box was tried."""
    text = OS_RELEASE.read_text() if OS_RELEASE.exists() else ""
    return judge_debian(dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE)))


def judge_debian(facts: dict[str, str]) -> Check:
    """Return the check for what /etc/os-release says."""
    is_right = facts.get("ID") == "debian" and facts.get("VERSION_ID") in DEBIANS
    return Check(
        id="debian",
        title=Words("Operating system"),
        measured=Words("{name}", name=facts.get("PRETTY_NAME") or platform.system()),
        needed=Words("Debian 12 or 13"),
        status=Status.PASSED if is_right else Status.FAILED,
        hint=NOTHING if is_right else Words("install the box on a machine with Debian 12 or 13"),
    )


def check_systemd() -> Check:
    """Check that systemd runs this machine, and which."""
    if not Path("/run/systemd/system").is_dir() or shutil.which("systemctl") is None:
        return judge_systemd(None)
    try:
        found = re.match(r"systemd (\d+)", command.run(["systemctl", "--version"], timeout_s=10))
    except CommandFailed:
        return judge_systemd(None)
    return judge_systemd(int(found[1]) if found else None)


def judge_systemd(version: int | None) -> Check:
    """Return the check for a version of systemd; None where another program is number 1."""
    is_right = version is not None and version >= SYSTEMD_MIN
    return Check(
        id="systemd",
        title=Words("systemd"),
        measured=Words("does not run this machine") if version is None else Words("{version}", version=version),
        needed=Words("{version} or newer", version=SYSTEMD_MIN),
        status=Status.PASSED if is_right else Status.FAILED,
        hint=NOTHING if is_right else Words("use a machine that systemd runs; ./bastide up runs a box without it"),
    )


def check_room() -> Check:
    """Check the room for releases."""
    free = shutil.disk_usage(existing(OPT)).free
    return Check(
        id="room",
        title=Words("Room for releases"),
        measured=Words("{size:.1f} GB free in {directory}", size=free / 1e9, directory=str(existing(OPT))),
        needed=Words("{size:.1f} GB or more", size=ROOM_NEEDED / 1e9),
        status=Status.PASSED if free >= ROOM_NEEDED else Status.FAILED,
        hint=NOTHING if free >= ROOM_NEEDED else Words("free some space, or give /opt a larger disk"),
    )


def check_front_port(port: int) -> Check:
    """Check that a port of the front is free, or the box's own."""
    if units.is_active("bastide-nginx.socket"):
        return judge_front_port(port, Words("used by this box"), Status.PASSED)
    hosts = ("0.0.0.0", "::") if addresses.has_ipv6() else ("0.0.0.0",)  # noqa: S104  # tried, and let go at once
    problem = next(filter(None, (bind_problem(Address(host=host, port=port)) for host in hosts)), None)
    if problem is None:
        return judge_front_port(port, Words("free"), Status.PASSED)
    owner = owner_of(port)
    if owner is None:
        return judge_front_port(port, Words("{problem}", problem=problem), Status.FAILED)
    measured = Words("used by {program} (process {number})", program=name_of(owner), number=owner.pid)
    return judge_front_port(port, measured, Status.FAILED, neighbours.unit_of(owner.pid))


def judge_front_port(port: int, measured: Words, status: Status, unit: str = "") -> Check:
    """Return the check for a port of the front; `unit` is the owner's, if systemd started it."""
    hint = Words("end the program and keep it from starting, or install the box on a machine of its own")
    if unit.endswith(".service"):
        hint = Words("sudo systemctl disable --now {names}, or install the box on a machine of its own", names=unit)
    return Check(
        id=f"port_{port}",
        title=Words("Port {port}", port=port),
        measured=measured,
        needed=Words("free"),
        status=status,
        hint=NOTHING if status is Status.PASSED else hint,
    )


def may_be_forced(failed: Sequence[Check]) -> bool:
    """Return whether --force may pass over these: nothing works without systemd, and no reason mends data."""
    return not any(check.id in NECESSARY or is_about_a_port(check) for check in failed)


def is_about_a_port(check: Check) -> bool:
    """Return whether a check is one of a port of the front."""
    return check.id.startswith("port_")
