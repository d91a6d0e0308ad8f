"""Whoever measures times has the machine alone, and waits for it no longer than those do who are at it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from tests.turns import Turns

SOON_S = 0.2
LATE_S = 10


class Taker:
    """Somebody who takes a turn, and ends it when told."""

    def __init__(self, pool: ThreadPoolExecutor, directory: Path, *, is_alone: bool) -> None:
        self.began, self._may_end = Event(), Event()
        self._done = pool.submit(self._take, directory, is_alone=is_alone)

    def _take(self, directory: Path, *, is_alone: bool) -> None:
        with closing(Turns(directory)) as turns, turns.turn(is_alone=is_alone):
            self.began.set()
            assert self._may_end.wait(LATE_S)

    def end(self) -> None:
        """End it."""
        self._may_end.set()
        self._done.result(LATE_S)


@pytest.fixture
def take(tmp_path):
    """Return what begins a turn elsewhere."""
    with ThreadPoolExecutor() as pool:
        yield lambda *, is_alone: Taker(pool, tmp_path, is_alone=is_alone)


def test_others_run_side_by_side(take):
    first, second = take(is_alone=False), take(is_alone=False)
    assert first.began.wait(LATE_S)
    assert second.began.wait(LATE_S)
    first.end()
    second.end()


def test_who_is_alone_waits_and_goes_before_who_comes_later(take):
    first = take(is_alone=False)
    assert first.began.wait(LATE_S)
    alone = take(is_alone=True)
    assert not alone.began.wait(SOON_S)
    later = take(is_alone=False)
    assert not later.began.wait(SOON_S)
    first.end()
    assert alone.began.wait(LATE_S)
    assert not later.began.wait(SOON_S)
    alone.end()
    assert later.began.wait(LATE_S)
    later.end()
