"""One command at a time keeps the box: a lock that the kernel gives back however the command ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from appliance.errors import ApplianceError
from appliance.installing.places import CURRENT, OPT, SETTINGS
from appliance.installing.root import let_others_read, require_root, require_root_or_care
from appliance.keeping import under_way

POLL_S: Final = 0.5


@contextmanager
def alone(patience_s: float = 0) -> Iterator[None]:
    """Hold the installed box, as `held` does. Raise when there is none, and for anybody but root."""
    require_root()
    let_others_read()
    require_installed()
    with held(patience_s):
        yield


@contextmanager
def alone_to_read(patience_s: float) -> Iterator[None]:
    """Hold the installed box for who looks after it and changes nothing of it. Raise as `alone` does."""
    require_root_or_care()
    require_installed()
    with held(patience_s):
        yield


@contextmanager
def held(patience_s: float = 0) -> Iterator[None]:
    """Hold what is in the place of the box. Raise when another command holds it, and goes on to for so long."""
    if not OPT.is_dir():
        yield  # nothing is installed that anybody could hold
        return
    descriptor = os.open(OPT, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _take(descriptor, time.monotonic() + patience_s)
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


def _take(descriptor: int, until_s: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > until_s:
                message = "Another command that changes this box, or backs it up, is under way."
                raise ApplianceError(message, "wait until it has ended, then run the same command again") from error
        else:
            return
        time.sleep(POLL_S)


def require_installed(names: tuple[str, ...] = ()) -> None:
    """Raise where no box is installed, with what to type for one of these names."""
    if CURRENT.is_symlink() and (SETTINGS.exists() or under_way.is_any()):
        return
    named = "".join(f" --name {name}" for name in names) or " --name models.corp.example"
    message = "No box is installed on this machine."
    raise ApplianceError(message, f"sudo ./bastide install --no-examples{named}, then the same command again")
