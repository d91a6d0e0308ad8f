"""Cuts the journal of a version into windows, by times alone: rows are read when their window is looked at."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.contract.monitoring_run import ROWS_MAX, MonitorRequest, Reason, Refusals
from worker.journal import reading, refusals
from worker.journal.block import Block
from worker.journal.columns import TIME
from worker.journal.reading import Window
from worker.journal.refusals import Refused
from worker.stats.windows import Span, windows

ANSWERED: Final = -1
SETTLED_MS: Final = 60_000
"""A window closes so long after its end: what was answered within it has been written by then, whoever answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """A window of the journal: how many rows were answered, and what was refused."""

    begins_ms: int
    ends_ms: int
    rows: int
    is_open: bool
    refused: Refusals | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Rows `first` to before `end` of all that were asked, and the borders of the window that they are."""

    first: int
    end: int
    begins_ms: int
    ends_ms: int
    is_open: bool = False


def cut(endpoint: Path, request: MonitorRequest) -> list[Cut]:
    """Return the windows of a version from `from_ms` on, the oldest first.

    A window is full with rows that were asked: where all are refused nothing would ever be told otherwise. Those that
    were `closed` before keep their borders: cut anew, each would begin elsewhere once a row before it is gone.
    """
    within = Window(first_ms=request.from_ms, end_ms=request.now_ms + 1, digest=request.digest)
    answered = reading.joined(reading.blocks(endpoint, within, ()), [TIME])[TIME].astype(np.int64)
    refused = refusals.read(endpoint, within)
    times, slots = _asked(answered, refused, request.rows_min)
    firsts = dict(zip(*(each.tolist() for each in np.unique(slots, return_index=True)), strict=True))
    return [
        Cut(
            begins_ms=each.begins_ms,
            ends_ms=each.ends_ms,
            rows=int(np.count_nonzero(slots[each.first : each.end] == ANSWERED)),
            is_open=each.is_open,
            refused=_summed([one for at, one in enumerate(refused) if each.first <= firsts.get(at, -1) < each.end]),
        )
        for each in _parts(times, request)
    ]


def _parts(times: npt.NDArray[np.int64], request: MonitorRequest) -> Iterator[Part]:
    """Yield the windows that were closed before, of which rows are left, and the new ones behind them."""
    for each in request.closed:
        first = int(np.searchsorted(times, each.begins_ms, "left"))
        end = int(np.searchsorted(times, each.ends_ms, "right"))
        if first < end:
            yield Part(first=first, end=end, begins_ms=each.begins_ms, ends_ms=each.ends_ms)
    behind = int(np.searchsorted(times, request.closed[-1].ends_ms, "right")) if request.closed else 0
    span = Span(rows_min=request.rows_min, seconds_min=request.seconds_min, seconds_max=request.seconds_max)
    for new in windows(times[behind:] / 1000, (request.now_ms - SETTLED_MS) / 1000, span):
        first, end = behind + new.first, behind + new.end
        borders = {"begins_ms": int(times[first]), "ends_ms": int(times[end - 1])}
        yield Part(first=first, end=end, is_open=new.is_open, **borders)


def _asked(
    answered: npt.NDArray[np.int64], refused: Sequence[Refused], rows_min: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the times of all rows that were asked, sorted, and of each its place in `refused`, or ANSWERED.

    Of one slot no more rows are counted than fill a window: there may be millions.
    """
    counts = [min(each.rows, rows_min) for each in refused]
    slots = np.repeat(np.arange(len(refused)), counts)
    times = np.concatenate([np.repeat([each.first_ms for each in refused], counts).astype(np.int64), answered])
    order = np.argsort(times, kind="stable")
    return times[order], np.concatenate([slots, np.full(len(answered), ANSWERED)])[order].astype(np.int64)


def _summed(refused: Sequence[Refused]) -> Refusals | None:
    if not refused:
        return None
    reasons: Counter[tuple[str, str]] = Counter()
    for each in refused:
        reasons.update(each.reasons)
    return Refusals(
        rows=sum(each.rows for each in refused),
        requests=sum(each.requests for each in refused),
        reasons=tuple(Reason(feature=feature, code=code, rows=rows) for (feature, code), rows in reasons.most_common()),
    )


def read(endpoint: Path, request: MonitorRequest, found: Cut) -> list[Block]:
    """Return the rows of a window; of very many, some, spread over all."""
    if not found.rows:
        return []
    within = Window(first_ms=found.begins_ms, end_ms=found.ends_ms + 1, digest=request.digest)
    every = -(-found.rows // ROWS_MAX)
    blocks = reading.blocks(endpoint, within)
    if every == 1:
        return list(blocks)
    thinned = (reading.only(each, np.arange(each.rows) % every == 0) for each in blocks)
    return [each for each in thinned if each is not None]
