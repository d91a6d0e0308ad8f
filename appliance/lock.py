"""One box a data directory: a lock that the kernel gives back however the box ends, and who holds it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from appliance.errors import ApplianceError
from appliance.paths import DataDirectory


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """The process that runs a box, and its address."""

    pid: int
    url: str


def holder(data: DataDirectory) -> Holder | None:
    """Return who runs a box in this data directory, or None."""
    try:
        descriptor = os.open(data.lock, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(data.lock)
    finally:
        os.close(descriptor)
    return None


@contextmanager
def held(data: DataDirectory, url: str) -> Iterator[None]:
    """Hold the data directory. Raise when another box has it."""
    descriptor = os.open(data.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, data)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(asdict(Holder(pid=os.getpid(), url=url))).encode())
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, data: DataDirectory) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        other = _read(data.lock)
        message = f"Another box uses the data directory {data.root}: process {other.pid}, {other.url}."
        raise ApplianceError(
            message,
            f"end it (Ctrl-C in its terminal, or kill {other.pid}), or choose another directory with --data-dir",
        ) from error


def _read(path: Path) -> Holder:
    try:
        return Holder(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        # The other box took the lock a moment ago and has not yet written who it is.
        return Holder(pid=0, url="address not known yet")
