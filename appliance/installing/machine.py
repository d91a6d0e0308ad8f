"""What the box takes from Debian: packages, accounts, directories."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from appliance import command, packages
from appliance.installing.places import ACME, BACKUPS, SYSUSERS, TLS, TMPFILES, TRUST, UNIT_FILES
from appliance.installing.placing import place
from appliance.ownership import hand_over, owner

NEEDED: Final = {
    "nginx-light": Path("/usr/sbin/nginx"),
    "redis-server": Path("/usr/bin/redis-server"),
    "nftables": Path("/usr/sbin/nft"),
    "tzdata": Path("/usr/share/zoneinfo/UTC"),
    "dbus": Path("/usr/lib/systemd/system/dbus.socket"),
}
"""Debian's packages and what each of them brings. Whoever is not root asks systemd by D-Bus."""

SERVICES: Final = {"nginx-light": "nginx.service", "redis-server": "redis-server.service"}
TIMEOUT_S: Final = 60.0


def missing_packages() -> list[str]:
    """Return Debian's packages that are not installed yet."""
    return [package for package, brought in NEEDED.items() if not brought.exists()]


def install_packages(say: Callable[[str], None]) -> bool:
    """Install what is missing. Debian's own services of these programs stay off: the box runs its own."""
    is_ended = packages.end_left_policy(say)
    missing = missing_packages()
    if not missing:
        return is_ended
    packages.install(missing, say)
    if services := [SERVICES[each] for each in missing if each in SERVICES]:
        command.run(["systemctl", "disable", *services], timeout_s=TIMEOUT_S)
    return True


def accounts() -> tuple[str, ...]:
    """Return the users and groups that are made, and the file that names them."""
    kinds = {"u": "user", "g": "group"}
    lines = (line.split() for line in (UNIT_FILES / "sysusers.conf").read_text().splitlines())
    return (str(SYSUSERS), *(f"{kinds[line[0]]} {line[1]}" for line in lines if line and line[0] in kinds))


def directories() -> tuple[str, ...]:
    """Return the directories that are made, and the file that names them."""
    lines = (line.split() for line in (UNIT_FILES / "tmpfiles.conf").read_text().splitlines())
    return (str(TMPFILES), *(f"{line[1]}/" for line in lines if line and line[0] == "d"))


def make_accounts() -> bool:
    """Make the system users and groups."""
    changed = place(SYSUSERS, (UNIT_FILES / "sysusers.conf").read_text())
    command.run(["systemd-sysusers", str(SYSUSERS)], timeout_s=TIMEOUT_S)
    return changed


def make_directories() -> bool:
    """Make the directories, and see that they are made at each boot."""
    changed = place(TMPFILES, (UNIT_FILES / "tmpfiles.conf").read_text())
    apply_directories()
    return changed


def apply_directories() -> None:
    """Make the directories that the placed file names, and have each belong to whom it says.

    What is in those that change hands goes along: other releases have others look after the box.
    """
    before = {path: owner(path) for path in (TLS, TRUST, ACME, BACKUPS)}
    command.run(["systemd-tmpfiles", "--create", "--remove", str(TMPFILES)], timeout_s=TIMEOUT_S)
    for path, former in before.items():
        if former and (now := owner(path)) and now != former:
            hand_over(path, former[0], *now)
