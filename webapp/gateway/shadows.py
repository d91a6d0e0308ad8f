"""Copies for shadows: what the champion has answered is asked of a shadow too, and how they differ is counted.

A copy is made after the answer has left, and not at all while the lane is busy: nobody may wait for it.
"""

import logging
import random
from dataclasses import dataclass, replace

import msgspec
from django.db import DatabaseError, close_old_connections

from webapp.endpoints.differences import ShadowDifferences
from webapp.gateway.answers import Answer
from webapp.gateway.lane import LaneClient
from webapp.gateway.question import Question
from webapp.gateway.routing import Route
from worker.contract.lane import Comparison

logger = logging.getLogger(__name__)

_decode = msgspec.msgpack.Decoder(Comparison).decode


@dataclass(slots=True)
class Tally:
    """What was found of one shadow since it was last written to the database."""

    requests: int = 0
    failed: int = 0
    left_out: int = 0
    rows: int = 0
    different: int = 0
    gap_sum: float = 0.0
    gap_max: float = 0.0


class Shadows:
    """The copies of one gateway process and what they showed, by deployment."""

    def __init__(self, lane: LaneClient) -> None:
        self._lane = lane
        self._tallies: dict[int, Tally] = {}

    def copy(self, route: Route, question: Question) -> None:
        """Ask the shadows of a route what its champion was asked."""
        for shadow in route.shadows:
            if shadow.share < 100 and random.random() * 100 >= shadow.share:  # noqa: S311  # a sample, no secret
                continue
            tally = self._tallies.setdefault(shadow.deployment, Tally())
            if self._lane.is_busy:
                tally.left_out += 1
                continue
            self._lane.ask(shadow, question, lambda answer, tally=tally: _count(tally, answer))  # type: ignore[misc]  # a default binds the loop's value

    def take(self) -> dict[int, Tally]:
        """Return what was counted and begin anew; copies still on their way are counted then."""
        taken = {deployment: replace(tally) for deployment, tally in self._tallies.items() if tally != Tally()}
        for tally in self._tallies.values():
            tally.__init__()  # type: ignore[misc]  # who holds it goes on counting
        return taken


def _count(tally: Tally, answer: Answer) -> None:
    tally.requests += 1
    if answer.status != 200:
        tally.failed += 1
        return
    comparison = _decode(answer.body)
    tally.rows += comparison.rows
    tally.different += comparison.different
    tally.gap_sum += comparison.gap_sum
    tally.gap_max = max(tally.gap_max, comparison.gap_max)


def write_down(tallies: dict[int, Tally]) -> None:
    """Add what was counted to the database; for a thread of Django's."""
    try:
        for deployment, tally in tallies.items():
            ShadowDifferences.objects.add(
                deployment,
                requests=tally.requests,
                failed=tally.failed,
                left_out=tally.left_out,
                rows=tally.rows,
                different=tally.different,
                gap_sum=tally.gap_sum,
                gap_max=tally.gap_max,
            )
    except DatabaseError:
        logger.exception("What shadows showed could not be noted.")
    finally:
        close_old_connections()
