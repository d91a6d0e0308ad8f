"""Tests run side by side in several processes; one that measures how long something takes runs while no other does."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.installation import RUN


def place() -> Path:
    """Return where the processes of this run take turns."""
    return Path(tempfile.gettempdir()) / f"bastide-turns-{os.environ[RUN]}"


@contextmanager
def turn(directory: Path, *, is_alone: bool) -> Iterator[None]:
    """Hold the machine, together with other tests or alone, among those who take turns by this directory.

    Who waits for it holds the door, through which everybody goes: else others would go in for as long as they take
    turns, and who wants to be alone would wait for all of them.
    """
    directory.mkdir(exist_ok=True)
    with (directory / "door").open("w") as door, (directory / "machine").open("w") as machine:
        fcntl.flock(door, fcntl.LOCK_EX)
        try:
            fcntl.flock(machine, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            # Closing would not do where a process that was forked meanwhile has the file open as well.
            fcntl.flock(machine, fcntl.LOCK_UN)


def forget_turns() -> None:
    """Take away what this run has made."""
    shutil.rmtree(place(), ignore_errors=True)
