"""Counts how often a step killed its worker, so that one which always does is not begun for ever."""

import fcntl
import os
from pathlib import Path
from typing import Final, Self

GUARD: Final = 1 << 40
"""A byte that no file has: who holds its lock adds and counts."""


class Begins:
    """One byte on the disk for each begin, locked by the process that is at it: a lock ends with its process.

    A worker that is only late, because others have the processor, may be at a step that is begun a second time. It has
    not died of it.
    """

    def __init__(self, counter: Path) -> None:
        self._counter = counter
        self._held = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go: this process is not at it any more."""
        if self._held >= 0:
            os.close(self._held)

    def begin(self) -> int:
        """Note a begin. Return how many there were before it whose process died."""
        held = self._held = os.open(self._counter, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o660)
        fcntl.lockf(held, fcntl.LOCK_EX, 1, GUARD)
        try:
            before = os.fstat(held).st_size
            died = sum(_is_free(held, at) for at in range(before))
            os.write(held, b".")
            fcntl.lockf(held, fcntl.LOCK_EX, 1, before)
        finally:
            fcntl.lockf(held, fcntl.LOCK_UN, 1, GUARD)
        return died

    def forget(self) -> None:
        """Forget all begins: the step was answered."""
        self._counter.unlink(missing_ok=True)


def _is_free(held: int, at: int) -> bool:
    try:
        fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, at)
    except OSError:  # another process has it
        return False
    fcntl.lockf(held, fcntl.LOCK_UN, 1, at)
    return True
