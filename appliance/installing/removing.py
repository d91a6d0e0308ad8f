"""Takes the box off a machine again, and looks whether anything is left of it."""

import grp
import pwd
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from appliance import command
from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import firewall, units
from appliance.installing.places import BACKUPS, COMMAND, DATA, ETC, OPT, SYSUSERS, TMPFILES, UNITS
from appliance.ownership import hand_over

ACCOUNTS: Final = ("bastide-care", "bastide-nginx", "bastide-redis", "bastide-worker", "bastide")
GROUPS: Final = ("bastide-lane", *ACCOUNTS)
RUN: Final = Path("/run/bastide")
STAMPS: Final = Path("/var/lib/systemd/timers")
"""Where systemd keeps when a timer last went off."""

TIMEOUT_S: Final = 60.0


def uninstall(say: Callable[[str], None], *, purges: bool) -> None:
    """Remove the box; with `purges` its data, settings and accounts too. Raise when anything is left."""
    stop(say)
    for path in (*_unit_files(), TMPFILES, COMMAND, RUN, OPT, *((SYSUSERS, ETC, DATA.root) if purges else ())):
        if path.is_symlink() or path.exists():
            say(f"  Removing {path}")
            remove(path)
    units.systemctl("daemon-reload")
    with suppress(CommandFailed):  # none of them had failed
        units.systemctl("reset-failed", "bastide*")
    if purges:
        _keep_backups()
        _remove_accounts(say)
    if left := list(remains(purges=purges)):
        message = f"Something of the box is left: {', '.join(left)}."
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
    """Yield what is on the machine of the box although it should not."""
    for path in (*_unit_files(), TMPFILES, COMMAND, RUN, OPT, *((SYSUSERS, ETC, DATA.root) if purges else ())):
        if path.is_symlink() or path.exists():
            yield str(path)
    if purges:
        yield from (f"account {name}" for name in ACCOUNTS if _account_exists(name))
    processes = command.run(["ps", "-eo", "user:32="], timeout_s=TIMEOUT_S).split()
    yield from (f"processes of {name}" for name in ACCOUNTS if name in processes)
    if firewall.is_loaded():
        yield f"table {' '.join(firewall.TABLE)}"


def remove(path: Path) -> None:
    """Remove a file, a link or a whole directory."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _unit_files() -> list[Path]:
    wants = (UNITS / f"{units.TARGET}.wants", UNITS / "multi-user.target.wants" / units.TARGET)
    stamps = sorted(STAMPS.glob("stamp-bastide*"))
    return [*sorted(UNITS.glob("bastide*")), *stamps, *(path for path in wants if path.is_symlink() or path.exists())]


def _keep_backups() -> None:
    """Let the backups be root's: the account that they belong to goes, and another one may get its number."""
    if BACKUPS.is_dir():
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
