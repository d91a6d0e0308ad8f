"""The rows that a version answered last, the oldest of them first, with what was asked."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from worker.contract.replay import ReplayRequest
from worker.journal import reading
from worker.journal.block import Block
from worker.journal.columns import TIME
from worker.journal.places import days
from worker.journal.reading import Window

DAY_MS = 86_400_000


def lately(endpoint: Path, request: ReplayRequest, names: Sequence[str]) -> list[Block]:
    """Return the last rows of the older version that hold a value of one of these features; times are read first."""
    since_ms = _since(endpoint, request)
    if since_ms is None:
        return []
    within = Window(first_ms=since_ms, end_ms=request.now_ms, digest=request.old_digest)
    asked = (each for each in reading.blocks(endpoint, within) if any(name in each.columns for name in names))
    found = sorted(asked, key=lambda each: each.last_ms)
    return _last(found, request.rows)


def _since(endpoint: Path, request: ReplayRequest) -> int | None:
    """Return the time of the first of the last rows; None where there are no rows."""
    found: list[int] = []
    for day in reversed(days(endpoint)):
        first_ms = int(np.datetime64(day.name, "ms").astype(np.int64))
        end_ms = min(first_ms + DAY_MS, request.now_ms)
        within = Window(first_ms=first_ms, end_ms=end_ms, digest=request.old_digest)
        for block in reading.blocks(endpoint, within, ()):
            found += block.columns[TIME].tolist()
        found = sorted(found)[-request.rows :]
        if len(found) == request.rows:
            break
    return found[0] if found else None


def _last(blocks: Sequence[Block], most: int) -> list[Block]:
    """Return the last rows of all blocks, by their times; of those of one moment, which have the same time, some."""
    if not blocks:
        return []
    times = np.concatenate([each.columns[TIME] for each in blocks])
    kept = np.zeros(len(times), dtype=bool)
    kept[np.argsort(times, kind="stable")[-most:]] = True
    at, found = 0, []
    for each in blocks:
        rows = reading.only(each, kept[at : at + each.rows])
        at += each.rows
        found += [rows] if rows is not None else []
    return found
