"""One command at a time keeps the box: a lock that the kernel gives back however the command ends.

It is a file that root and the account that looks after the box may open. Whoever may open one may lock it, and hold
up all others for as long as they like: so no directory is locked that everybody may look into.
"""

import fcntl
import grp
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from appliance.errors import ApplianceError
from appliance.installing.places import CURRENT, OPT, SETTINGS
from appliance.installing.root import CARE, is_root, let_others_read, require_root, require_root_or_care
from appliance.keeping import under_way

POLL_S: Final = 0.5
LOCK: Final = OPT / ".lock"
MODE: Final = 0o640


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
    descriptor = _opened()
    try:
        _take(descriptor, time.monotonic() + patience_s)
        yield
    finally:
        os.close(descriptor)


def is_held() -> bool:
    """Return whether a command holds the box at this moment, as far as whoever asks may know."""
    try:
        descriptor = os.open(LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, PermissionError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _opened() -> int:
    """Open the lock, which the first command of root's makes."""
    try:
        try:
            descriptor = os.open(LOCK, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            descriptor = os.open(LOCK, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, MODE)
    except OSError as error:
        message = f"Whether another command is under way is not known: {LOCK} cannot be opened ({error.strerror})."
        raise ApplianceError(message, "sudo bastide install mends it") from error
    if is_root():
        _let_care_open(descriptor)
    return descriptor


def _let_care_open(descriptor: int) -> None:
    try:
        care = grp.getgrnam(CARE).gr_gid
    except KeyError:
        care = 0  # until there is one: systemd/tmpfiles.conf says the same
    found = os.fstat(descriptor)
    if (found.st_uid, found.st_gid, found.st_mode & 0o7777) != (0, care, MODE):
        os.fchown(descriptor, 0, care)
        os.fchmod(descriptor, MODE)


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
