"""Hands what the lane answered and refused to the journal, grouped by whose it is."""

import time
from collections.abc import Callable
from itertools import groupby
from typing import Final

from worker.contract.journal import CHECK
from worker.contract.lane import DEADLINE_S, LaneBatch
from worker.journal.columns import Answered, Asker, Origin
from worker.journal.writing import JournalWriter
from worker.lane.answering import Asked, Timing
from worker.models.answers import Answers
from worker.models.serving import ServedModel
from worker.tables.errors import Tally
from worker.tables.table import Table

CHECK_CALLER: Final = f"{CHECK}:"


class Noting:
    """Notes answered rows in a journal. `now_s` is the clock of deadlines, `wall_s` that of people."""

    def __init__(
        self,
        journal: JournalWriter,
        now_s: Callable[[], float] = time.monotonic,
        wall_s: Callable[[], float] = time.time,
    ) -> None:
        self._journal = journal
        self._now_s = now_s
        self._wall_s = wall_s

    def answered(self, model: ServedModel, asked: list[Asked], table: Table, answers: Answers, timing: Timing) -> None:
        """Note rows that were answered together."""
        ended_s = self._now_s()
        time_ms = int(self._wall_s() * 1000)
        compute_ms = timing.model_s * 1000 / max(table.row_count, 1)
        start = 0
        for (origin, is_check), group in groupby(asked, _origin):
            askers = [_asker(one, timing.began_s, ended_s) for one in group]
            stop = start + sum(asker.rows for asker in askers)
            if origin.rule.is_kept and not is_check:
                rows, given = table.slice(start, stop), answers.slice(start, stop)
                answered = Answered(askers, rows, given, time_ms, compute_ms)
                self._journal.note(origin, model.manifest.signature, answered)
            start = stop

    def refused(self, batch: LaneBatch, tally: Tally) -> None:
        """Count what was refused of a request."""
        if batch.rule.is_kept:
            self._journal.refusals.note(_origin_of(batch), tally, int(self._wall_s() * 1000))


def _origin(asked: Asked) -> tuple[Origin, bool]:
    """Return whose a row is, and whether the box asked itself: such a row is nobody's."""
    return _origin_of(asked.batch), asked.request.caller.startswith(CHECK_CALLER)


def _origin_of(batch: LaneBatch) -> Origin:
    return Origin(batch.endpoint, batch.version, batch.digest, batch.rule)


def _asker(asked: Asked, began_s: float, ended_s: float) -> Asker:
    request = asked.request
    asked_s = request.deadline_s - DEADLINE_S
    # The clocks of two processes are one, but floats are rounded: nobody waits less than nothing.
    waited_ms = max(0.0, began_s - asked_s) * 1000
    return Asker(request.request_id, asked.table.row_count, request.caller, (ended_s - asked_s) * 1000, waited_ms)
