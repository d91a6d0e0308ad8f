"""One command at a time keeps the box: a lock that the kernel gives back however the command ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from appliance.errors import ApplianceError
from appliance.installing.places import CURRENT, OPT, SETTINGS
from appliance.installing.root import let_others_read, require_root
from appliance.keeping import under_way


@contextmanager
def alone() -> Iterator[None]:
    """Hold the installed box. Raise when there is none, when another command holds it, and for anybody but root."""
    require_root()
    let_others_read()
    require_installed()
    descriptor = os.open(OPT, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def is_held() -> bool:
    """Return whether a command holds the box at this moment."""
    descriptor = os.open(OPT, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _take(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = "Another backup, restoration or upgrade of this box is under way."
        raise ApplianceError(message, "wait until it has ended, then run the same command again") from error


def require_installed(names: tuple[str, ...] = ()) -> None:
    """Raise where no box is installed, with what to type for one of these names."""
    if CURRENT.is_symlink() and (SETTINGS.exists() or under_way.MARK.exists()):
        return
    named = "".join(f" --name {name}" for name in names) or " --name models.corp.example"
    message = "No box is installed on this machine."
    raise ApplianceError(message, f"sudo ./bastide install --no-examples{named}, then the same command again")
