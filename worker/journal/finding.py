"""Finds rows of the journal for a page: the newest first, block by block, within bounds of rows and time."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from worker.contract.records import SEARCH_S, FindOutcome, FindRequest, RecordedRow, Value
from worker.journal import block
from worker.journal.block import Block, BlockDamaged, Column
from worker.journal.columns import CALLER, COMPUTE, KEY, LATENCY, OWN, PREDICTION, PROBABILITY, REQUEST, ROW, TIME
from worker.journal.picking import Mask, column_of, mask_of
from worker.journal.places import days, segments_of
from worker.journal.reading import only
from worker.journal.truth import Known, Truths
from worker.journal.writing import hash_key

NEEDED: Final = frozenset({CALLER, TIME})


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: blocks are judged by a few columns, and only those with such rows are read as a whole."""

    mask: Mask
    columns: frozenset[str]
    callers: frozenset[str]

    def rows_of(self, payload: memoryview, first_ms: int) -> Block | None:
        """Return the rows of a block that are meant, from a moment on; None without any, or where it is unreadable."""
        try:
            judged = block.decode(payload, self.columns)
            if judged.last_ms < first_ms:
                return None
            mask = self.mask(judged) & (judged.columns[TIME] >= first_ms)
            if self.callers and mask.any():
                mask &= np.isin(judged.columns[CALLER].astype(str), list(self.callers))
            return only(block.decode(payload), mask) if mask.any() else None
        except (BlockDamaged, KeyError):
            return None


@dataclass(slots=True)
class Newest:
    """The newest rows of all that were found, `most` of them: a day may hold millions that somebody means.

    Once there are so many, rows from before `first_ms` need not be looked at any more.
    """

    most: int
    blocks: list[Block] = field(default_factory=list)
    first_ms: int = 0

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(each.rows for each in self.blocks)

    def add(self, rows: Block) -> None:
        """Take rows, and let go of those that are older than `most` others."""
        self.blocks.append(rows)
        if self.rows < self.most:
            return
        times = np.concatenate([each.columns[TIME] for each in self.blocks])
        self.first_ms = int(np.partition(times, len(times) - self.most)[len(times) - self.most])
        masks = [np.zeros(each.rows, np.bool_) for each in self.blocks]
        for *_, place, at in heapq.nsmallest(self.most, self._ordered()):
            masks[place][at] = True
        kept = (only(each, mask) for each, mask in zip(self.blocks, masks, strict=True))
        self.blocks = [each for each in kept if each is not None]

    def _ordered(self) -> Iterator[tuple[int, str, int, int, int]]:
        """Yield what puts rows in their order, the newest first, and where each is."""
        for place, each in enumerate(self.blocks):
            columns = each.columns
            for at in np.flatnonzero(columns[TIME] >= self.first_ms).tolist():
                yield -int(columns[TIME][at]), str(columns[REQUEST][at]), int(columns[ROW][at]), place, at


def find(endpoint: Path, request: FindRequest, now_s: Callable[[], float]) -> FindOutcome:
    """Return the rows that are meant. Raise ValueError for a selection that no site makes."""
    key = hash_key(endpoint.parent)
    mask = mask_of(request.selector, key)
    search = Search(mask, frozenset({column_of(request.selector), *NEEDED}), frozenset(request.callers))
    until_s = now_s() + SEARCH_S
    newest = Newest(request.rows_max + 1)
    stopped_at = ""
    for day in reversed(days(endpoint)):
        for payload in _payloads(day):
            rows = search.rows_of(payload, newest.first_ms)
            if rows is not None:
                newest.add(rows)
            if now_s() > until_s:
                stopped_at = day.name
                break
        # What was written later in a day may lie in front of what was written before.
        if stopped_at or newest.rows > request.rows_max:
            break
    truths = Truths.read(endpoint, key) if newest.blocks else None
    recorded = [row for each in newest.blocks for row in _recorded(each, truths)]
    recorded.sort(key=lambda row: (-row.at_ms, row.request_id, row.row))
    kept = tuple(recorded[: request.rows_max])
    return FindOutcome(rows=kept, is_more=len(recorded) > len(kept), stopped_at=stopped_at)


def _payloads(day: Path) -> Iterator[memoryview]:
    """Yield the blocks of a day, one in memory at a time."""
    for path in reversed(segments_of(day)):
        yield from block.frames_of(path)


def _recorded(rows: Block, truths: Truths | None) -> Iterator[RecordedRow]:
    columns = rows.columns
    known: list[Known | None] = truths.of(columns) if truths else [None] * rows.rows
    features = [name for name in columns if not name.startswith(OWN)]
    labels = [columns[name] for name in sorted(_probabilities(columns), key=_place)]
    for at in range(rows.rows):
        truth = known[at]
        yield RecordedRow(
            request_id=str(columns[REQUEST][at]),
            row=int(columns[ROW][at]),
            caller=str(columns[CALLER][at] or ""),
            at_ms=int(columns[TIME][at]),
            version=rows.version,
            digest=rows.digest,
            prediction=_value(columns[PREDICTION], at),
            key=str(columns[KEY][at] or "") if KEY in columns else "",
            latency_ms=float(columns[LATENCY][at]),
            compute_ms=float(columns[COMPUTE][at]),
            probabilities=tuple(float(column[at]) for column in labels),
            inputs={name: _value(columns[name], at) for name in features} if features else None,
            truth=truth.value if truth else None,
            told_ms=truth.told_ms if truth else None,
        )


def _probabilities(columns: Any) -> list[str]:  # noqa: ANN401  # a mapping by name
    return [name for name in columns if name.startswith(PROBABILITY) and name[len(PROBABILITY) :].isdigit()]


def _place(name: str) -> int:
    return int(name[len(PROBABILITY) :])


def _value(column: Column, at: int) -> Value:
    """Return what a row has in a column, None for a missing number."""
    value = column[at : at + 1].tolist()[0]
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value if value is None or isinstance(value, str | int | bool) else str(value)
