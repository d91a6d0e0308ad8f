"""Who may touch the journal when: the two threads of the jobs worker, the only process that rewrites it, take turns."""

import functools
import threading
from collections.abc import Callable
from typing import Any, Final

TURN: Final = threading.Lock()
"""Held by whatever goes through a journal for long, as a look or an export, and by a deletion: nothing that is made of
rows comes out after they are gone. Searches do without."""

WANTED: Final = threading.Event()
"""Set while a deletion waits for its turn."""

REWRITING: Final = threading.Lock()
"""Held while segments are replaced, a day at a time, and by whoever must not meet that: searches and counts."""

Work = Callable[[dict[str, Any]], None]


def in_turn(work: Work) -> Work:
    """Return `work` that waits for its turn."""

    @functools.wraps(work)
    def run(message: dict[str, Any]) -> None:
        with TURN:
            work(message)

    return run
