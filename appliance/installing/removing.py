"""Takes the box off a machine again, and looks whether anything is left of it."""

import grp
import pwd
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from appliance import command, packages
from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import firewall, units
from appliance.installing.clearing import is_left, leave_to_root, remove, staying
from appliance.installing.places import BACKUPS, COMMAND, DATA, ETC, KEPT, OPT, SYSUSERS, TMPFILES, UNITS
from appliance.ownership import hand_over

ACCOUNTS: Final = ("bastide-care", "bastide-nginx", "bastide-redis", "bastide-worker", "bastide")
GROUPS: Final = ("bastide-lane", *ACCOUNTS)
RUN: Final = Path("/run/bastide")
STAMPS: Final = Path("/var/lib/systemd/timers")
"""Where systemd keeps when a timer last went off."""

TIMEOUT_S: Final = 60.0


def uninstall(say: Callable[[str], None], *, purges: bool) -> None:
    """Remove the box; with `purges` its data, settings and accounts too. Raise when anything is left.

    The code goes last: until nothing else is left, the same command can be typed again.
    """
    stop(say)
    clear(places(purges=purges), say)
    units.systemctl("daemon-reload")
    with suppress(CommandFailed):  # none of them had failed
        units.systemctl("reset-failed", "bastide*")
    if purges:
        _keep_backups()
        _remove_accounts(say)
    require_gone(remains(purges=purges))
    clear(list(code(purges=purges)), say)
    require_gone(str(path) for path in code(purges=purges) if is_left(path))


def code(*, purges: bool) -> Iterator[Path]:
    """Yield where the code lies, with all that upgrades kept. The databases among it go with `purges` alone."""
    databases = [] if purges else kept_databases()
    yield from _beside({way for path in databases for way in (path, *path.parents)}, OPT)
    yield COMMAND


def kept_databases() -> list[Path]:
    """Return the databases that upgrades have kept: what people made may be in them and nowhere else."""
    return sorted(KEPT.rglob("*.sqlite3"))


def _beside(ways: AbstractSet[Path], path: Path) -> Iterator[Path]:
    """Yield what is at a path beside these, which are ways from there to files that stay."""
    if path not in ways:
        yield path
    elif path.is_dir():
        for each in sorted(path.iterdir()):
            yield from _beside(ways, each)


def places(*, purges: bool) -> Iterator[Path]:
    """Yield where the box lies, but for its code."""
    yield from (*_unit_files(), TMPFILES, RUN)
    if packages.is_policy_left():
        yield packages.POLICY
    if purges:
        yield from (SYSUSERS, ETC, DATA.root)


def clear(paths: Iterable[Path], say: Callable[[str], None]) -> None:
    """Remove these, and say so. Raise for what holds against it."""
    for path in paths:
        if not is_left(path):
            continue
        stays = staying(path)
        say(f"  Emptying {path}: a disk is mounted there, and stays" if stays else f"  Removing {path}")
        try:
            remove(path)
            leave_to_root(path)
        except OSError as error:
            message = f"{error.filename or path} cannot be removed: {error.strerror}."
            raise ApplianceError(message, "look at what holds it, then run the same command again") from error


def require_gone(left: Iterable[str]) -> None:
    """Raise when anything is left."""
    if found := list(left):
        message = f"Something of the box is left: {', '.join(found)}."
        raise ApplianceError(message, "look at what holds it, then run the same command again")


def stop(say: Callable[[str], None]) -> None:
    """Stop and disable every unit of the box."""
    wanted = sorted(units.enabled())
    say("  Stopping the services")
    loaded = units.systemctl("list-units", "--all", "--plain", "--no-legend", "bastide*").split("\n")
    names = {line.split()[0] for line in loaded if line.strip()}
    with suppress(CommandFailed):  # a unit may be loaded without a file
        units.systemctl("stop", *sorted(names))
    for unit in (*wanted, units.TARGET):
        with suppress(CommandFailed):  # or gone already
            units.systemctl("disable", unit)


def remains(*, purges: bool) -> Iterator[str]:
    """Yield what is on the machine of the box although it should not, but for its code."""
    yield from (str(path) for path in places(purges=purges) if is_left(path))
    if purges:
        yield from (f"account {name}" for name in ACCOUNTS if _account_exists(name))
    running = {process.info["username"] for process in psutil.process_iter(["username"])}
    yield from (f"processes of {name}" for name in ACCOUNTS if name in running)
    if firewall.is_loaded():
        yield f"table {' '.join(firewall.TABLE)}"


def _unit_files() -> list[Path]:
    wants = (UNITS / f"{units.TARGET}.wants", UNITS / "multi-user.target.wants" / units.TARGET)
    stamps = sorted(STAMPS.glob("stamp-bastide*"))
    return [*sorted(UNITS.glob("bastide*")), *stamps, *(path for path in wants if path.is_symlink() or path.exists())]


def _keep_backups() -> None:
    """Let the backups be root's: the account that they belong to goes, and another one may get its number."""
    with suppress(FileNotFoundError, PermissionError):  # or they lie on a share, whose files are not this machine's
        hand_over(BACKUPS, BACKUPS.stat().st_uid, 0, 0)


def _remove_accounts(say: Callable[[str], None]) -> None:
    for name in ACCOUNTS:
        if _account_exists(name):
            say(f"  Removing the account {name}")
            command.run(["userdel", name], timeout_s=TIMEOUT_S)
    for name in GROUPS:
        with suppress(KeyError):
            grp.getgrnam(name)
            command.run(["groupdel", name], timeout_s=TIMEOUT_S)


def _account_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
