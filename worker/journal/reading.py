"""Reads rows of the journal: of a time and a version, a few columns of them; or those of one request."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from worker.journal import block
from worker.journal.block import Block, BlockDamaged, Column
from worker.journal.columns import REQUEST, TIME
from worker.journal.places import days, segments, segments_of

NOT_BEFORE_1970: Final = 0
NEVER_MS: Final = 4_102_444_800_000
"""The year 2100."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Which rows: answered from `first_ms` up to, and without, `end_ms`; of one version, or of all."""

    first_ms: int = NOT_BEFORE_1970
    end_ms: int = NEVER_MS
    digest: str = ""


def blocks(endpoint: Path, window: Window, wanted: Collection[str] | None = None) -> Iterator[Block]:
    """Yield the blocks with rows of a window, each with no others, in the order in which they were written."""
    names = None if wanted is None else {*wanted, TIME}
    for path in segments(endpoint, window.first_ms, window.end_ms - 1):
        for payload in block.frames_of(path):
            found = _within(payload, window, names)
            if found is not None:
                yield found


def _within(payload: memoryview, window: Window, wanted: Collection[str] | None) -> Block | None:
    """Return the rows of a block that lie in a window; None where there are none, or where it cannot be read."""
    try:
        header, _ = block.read_header(payload)
        if header.last_ms < window.first_ms or header.first_ms >= window.end_ms:
            return None
        if window.digest and header.digest != window.digest:
            return None
        found = block.decode(payload, wanted)
    except (BlockDamaged, ValueError):
        return None
    if header.first_ms >= window.first_ms and header.last_ms < window.end_ms:
        return found
    times = found.columns[TIME]
    return only(found, (times >= window.first_ms) & (times < window.end_ms))


def only(whole: Block, mask: Column) -> Block | None:
    """Return the rows of a block for which the mask is true; None where there are none."""
    if not mask.any():
        return None
    columns = {name: column[mask] for name, column in whole.columns.items()}
    times = columns[TIME]
    return Block(
        endpoint=whole.endpoint,
        version=whole.version,
        digest=whole.digest,
        first_ms=int(times.min()),
        last_ms=int(times.max()),
        columns=columns,
    )


def joined(found: Iterable[Block], names: Iterable[str]) -> dict[str, Column]:
    """Return columns over all blocks, in order. A block that lacks one has None there, NaN where it is of numbers."""
    whole = list(found)
    return {name: _joined([(each.columns.get(name), each.rows) for each in whole]) for name in names}


def _joined(parts: list[tuple[Column | None, int]]) -> Column:
    there = [column for column, _ in parts if column is not None]
    if not there:
        return np.full(sum(rows for _, rows in parts), None, object)
    if len(there) == len(parts):
        return np.concatenate(there) if len({column.dtype.kind for column in there}) == 1 else _mixed(there)
    is_number = all(column.dtype.kind in "fiu" for column in there)
    missing: Any = np.nan if is_number else None
    kind = np.float64 if is_number else object
    return np.concatenate(
        [np.full(rows, missing, kind) if column is None else column.astype(kind) for column, rows in parts]
    )


def _mixed(columns: list[Column]) -> Column:
    if all(column.dtype.kind in "fiu" for column in columns):
        return np.concatenate([column.astype(np.float64) for column in columns])
    return np.concatenate([column.astype(object) for column in columns])


def count(endpoint: Path, window: Window) -> int:
    """Return how many rows there are in a window; only times are read."""
    return sum(each.rows for each in blocks(endpoint, window, ()))


def find(endpoint: Path, request_id: str) -> list[Block]:
    """Return the rows of a request, the newest first: an id that a caller gave may have come more than once."""
    found: list[Block] = []
    for day in reversed(days(endpoint)):
        for path in reversed(segments_of(day)):
            for payload in block.frames_of(path):
                try:
                    ids = block.decode(payload, {REQUEST}).columns[REQUEST]
                    if request_id in ids.tolist():
                        rows = only(block.decode(payload), ids == request_id)
                        found += [rows] if rows is not None else []
                except (BlockDamaged, KeyError):
                    continue
    return sorted(found, key=lambda each: -each.last_ms)
