"""Tests run side by side in several processes; one that measures how long something takes runs while no other does."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turns:
    """Who is at it, among all who take turns by the same directory.

    The files are opened once: whatever a test does to the ways of the operating system, its turn ends.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._door, self._machine = ((directory / name).open("w") for name in ("door", "machine"))

    @contextmanager
    def turn(self, *, is_alone: bool) -> Iterator[None]:
        """Hold the machine, together with others or alone.

        Who waits for it holds the door, through which everybody goes: else others would go in for as long as they take
        turns, and who wants to be alone would wait for all of them.
        """
        fcntl.flock(self._door, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._machine, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        finally:
            fcntl.flock(self._door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(self._machine, fcntl.LOCK_UN)

    def close(self) -> None:
        """Take turns no more."""
        self._door.close()
        self._machine.close()
