"""Holds a directory against other processes; the lock ends with its process, and with the directory."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LOOK_AGAIN_S: Final = 0.01


@contextmanager
def held(directory: Path) -> Iterator[int]:
    """Yield the locked directory, to open what is in it. Raise BlockingIOError if another process holds it."""
    with _opened(directory) as found:
        fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield found


@contextmanager
def held_in_turn(directory: Path, patience_s: float, moves: Callable[[int], object]) -> Iterator[int]:
    """Yield the locked directory when others have let go of it.

    Raise BlockingIOError if what `moves` tells of the directory has not changed for so long: its holder stands still.
    """
    with _opened(directory) as found:
        seen, until_s = moves(found), time.monotonic() + patience_s
        while not _taken(found):
            now_s = time.monotonic()
            if (moved := moves(found)) != seen:
                seen, until_s = moved, now_s + patience_s
            elif now_s > until_s:
                raise BlockingIOError
            time.sleep(LOOK_AGAIN_S)
        yield found


@contextmanager
def _opened(directory: Path) -> Iterator[int]:
    found = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield found
    finally:
        os.close(found)


def _taken(directory: int) -> bool:
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
