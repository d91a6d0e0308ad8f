"""Keeps the journal in its bounds: closed segments packed together, old days removed, a person's rows taken out.

Whatever is rewritten appears whole under a new name before the old ones go; a note of both keeps readers from finding
rows twice where a process dies in between. There is one such process: the jobs worker, whose threads take turns.
"""

import fcntl
import hashlib
import json
import logging
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from worker.contract.journal_keeping import JournalSize, KeepRequest
from worker.journal import block
from worker.journal.block import Block, BlockDamaged, Column
from worker.journal.places import ENDING, SWAP, days, replaced_in, segments_of
from worker.journal.reading import Window, blocks, joined, only
from worker.journal.truth_keeping import TruthBounds, bytes_of, keep_truths
from worker.journal.turn import REWRITING
from worker.journal.writing import hash_key

logger = logging.getLogger(__name__)

CLOSED_S: Final = 3600.0
"""Nobody appends to a segment that was last written so long ago: a process begins another each day."""

PACKED: Final = "packed-"
PACKED_ROWS: Final = 50_000
DRAFT: Final = ".draft-"


def pack(endpoint: Path, now_s: float) -> int:
    """Pack the closed segments of each day that is over into one. Return how many went."""
    gone = 0
    today = datetime.fromtimestamp(now_s, UTC).date().isoformat()
    for day in days(endpoint):
        if day.name >= today:
            continue
        closed = [path for path in segments_of(day) if now_s - path.stat().st_mtime > CLOSED_S]
        loose = [path for path in closed if not path.name.startswith(PACKED)]
        if loose:
            rewrite(day, closed, lambda whole: whole)
            gone += len(loose)
    return gone


def rewrite(day: Path, segments: list[Path], change: Callable[[Block], Block | None]) -> int:
    """Write the rows of segments anew, as `change` leaves them, into one. Return how many rows it took away."""
    with REWRITING:
        return _rewritten(day, [_closed(path) for path in segments], change)


def _rewritten(day: Path, closed: list[Path], change: Callable[[Block], Block | None]) -> int:
    draft = day / f"{DRAFT}{secrets.token_hex(6)}"
    before = after = 0
    with draft.open("wb") as file:
        for whole in _gathered(closed):
            before += whole.rows
            changed = change(whole)
            if changed is not None:
                after += changed.rows
                file.write(block.encode(changed, packs=True))
        file.flush()
        os.fsync(file.fileno())
    new = day / f"{PACKED}{secrets.token_hex(6)}{ENDING}"
    _swap(day, draft, new, closed)
    return before - after


def _closed(path: Path) -> Path:
    """Return a segment under a name by which nobody appends to it, once whoever is at it has finished."""
    if path.name.startswith(PACKED):
        return path
    closed = path.with_name(f"{PACKED}{path.name}")
    path.rename(closed)
    with closed.open("rb") as file:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)
    return closed


def _swap(day: Path, draft: Path, new: Path, old: list[Path]) -> None:
    note = day / SWAP
    unseen = day / f"{DRAFT}{secrets.token_hex(6)}"
    unseen.write_text(json.dumps({"new": new.name, "old": [path.name for path in old]}))
    unseen.rename(note)
    draft.rename(new)
    for path in old:
        path.unlink(missing_ok=True)
    note.unlink()
    if not new.stat().st_size:
        new.unlink()


def mend(endpoint: Path) -> None:
    """Finish what a death left half done."""
    for day in days(endpoint):
        for name in replaced_in(day):
            (day / name).unlink(missing_ok=True)
        (day / SWAP).unlink(missing_ok=True)
        for draft in day.glob(f"{DRAFT}*"):
            draft.unlink(missing_ok=True)


def _gathered(segments: list[Path]) -> Iterator[Block]:
    """Yield the rows of segments in blocks of some size, those of one version and one set of columns together."""
    held: dict[tuple[str, str, tuple[str, ...]], list[Block]] = {}
    for path in sorted(segments):
        for payload in block.frames_of(path):
            found = block.decode(payload)
            kind = (found.endpoint, found.digest, tuple(found.columns))
            held.setdefault(kind, []).append(found)
            if sum(each.rows for each in held[kind]) >= PACKED_ROWS:
                yield _one(held.pop(kind))
    for found_blocks in held.values():
        yield _one(found_blocks)


def _one(parts: list[Block]) -> Block:
    first = parts[0]
    return Block(
        endpoint=first.endpoint,
        version=first.version,
        digest=first.digest,
        first_ms=min(each.first_ms for each in parts),
        last_ms=max(each.last_ms for each in parts),
        columns=joined(parts, first.columns),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How long and how much of an endpoint's journal is kept, and of which features but a hash."""

    days_kept: int
    bytes_max: int
    hashed: tuple[str, ...] = ()


def remove_old(endpoint: Path, bounds: Bounds, now_s: float) -> list[str]:
    """Remove days that are over their time, then the oldest until all fits, truths as well. Return which went.

    Of the last day the segments that were written first go, as long as it alone has more.
    """
    first = (datetime.fromtimestamp(now_s, UTC) - timedelta(days=bounds.days_kept)).date().isoformat()
    gone = []
    left = days(endpoint)
    sizes = {day: sum(path.stat().st_size for path in day.glob("*") if path.is_file()) for day in left}
    room = bounds.bytes_max - bytes_of(endpoint)
    while left and (left[0].name < first or (len(left) > 1 and sum(sizes[day] for day in left) > room)):
        day = left.pop(0)
        with REWRITING:
            shutil.rmtree(day, ignore_errors=True)
        gone.append(day.name)
    if left:
        _remove_first(left[-1], room)
    return gone


def _remove_first(day: Path, room: int) -> None:
    """Remove the segments of a day that were written to first, but the last one, until what is left has room."""
    with REWRITING:
        segments = sorted(segments_of(day), key=lambda path: path.stat().st_mtime)
        taken = sum(path.stat().st_size for path in segments)
        while len(segments) > 1 and taken > room:
            path = segments.pop(0)
            taken -= path.stat().st_size
            path.unlink()  # whoever appends to it begins another one


def size_bytes(endpoint: Path) -> int:
    """Return how much an endpoint's journal takes on the disk, with its truths."""
    rows = sum(path.stat().st_size for day in days(endpoint) for path in day.glob("*") if path.is_file())
    return rows + bytes_of(endpoint)


@dataclass(frozen=True, kw_only=True, slots=True)
class Forgotten:
    """What was taken out of the journal, as proof: how many rows, of which days, what these days held and hold since.

    `left` is how many rows match still: they were written while the others were taken out.
    """

    rows: int
    days: tuple[str, ...]
    sha256: dict[str, str]
    sha256_before: dict[str, str]
    left: int = 0


def forget(endpoint: Path, matches: Callable[[Block], Column]) -> Forgotten:
    """Take out every row for which `matches` says so, wherever it lies, and count what is left of them."""
    rows, before = 0, dict[Path, str]()
    for day in days(endpoint):
        hit = [path for path in segments_of(day) if _any(path, matches)]
        if hit:
            before[day] = _digest(day)
            rows += rewrite(day, hit, lambda whole: only(whole, ~matches(whole)))
    return Forgotten(
        rows=rows,
        days=tuple(day.name for day in before),
        sha256={day.name: _digest(day) for day in before},
        sha256_before={day.name: digest for day, digest in before.items()},
        left=sum(int(matches(each).sum()) for each in blocks(endpoint, Window())),
    )


def _any(path: Path, matches: Callable[[Block], Column]) -> bool:
    return any(matches(block.decode(payload)).any() for payload in block.frames_of(path))


def _digest(day: Path) -> str:
    digest = hashlib.sha256()
    for path in segments_of(day):
        with path.open("rb") as file:
            digest.update(f"{path.name}\0".encode() + hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def keep(directory: Path, request: KeepRequest, now_s: float) -> None:
    """Keep the journals of all endpoints in their bounds; one that cannot be kept does not hold up the others."""
    named = {
        each.endpoint: Bounds(days_kept=each.days, bytes_max=each.bytes_max, hashed=each.hashed)
        for each in request.bounds
    }
    orphaned = Bounds(days_kept=request.days_orphaned, bytes_max=sys.maxsize)
    for endpoint in sorted(path for path in directory.iterdir() if path.is_dir()) if directory.is_dir() else ():
        bounds = named.get(endpoint.name, orphaned)
        for step in (_keep_days, _keep_truths, _pack_days):
            try:
                step(endpoint, bounds, now_s)
            except (OSError, BlockDamaged) as error:
                logger.error("The journal of %s cannot be kept in its bounds: %s", endpoint.name, error)
        if endpoint.name not in named and not days(endpoint):
            shutil.rmtree(endpoint, ignore_errors=True)


def _keep_days(endpoint: Path, bounds: Bounds, now_s: float) -> None:
    mend(endpoint)
    remove_old(endpoint, bounds, now_s)


def _keep_truths(endpoint: Path, bounds: Bounds, now_s: float) -> None:
    key = hash_key(endpoint.parent) if bounds.hashed else b""
    keep_truths(endpoint, TruthBounds(days_kept=bounds.days_kept, hashed=bounds.hashed, hash_key=key), now_s)


def _pack_days(endpoint: Path, _bounds: Bounds, now_s: float) -> None:
    pack(endpoint, now_s)


def sizes(directory: Path) -> tuple[JournalSize, ...]:
    """Return what the journal of each endpoint takes."""
    found = sorted(path for path in directory.iterdir() if path.is_dir()) if directory.is_dir() else []
    return tuple(JournalSize(endpoint=path.name, bytes=_bytes_of(path)) for path in found)


def _bytes_of(endpoint: Path) -> int:
    total = 0
    for path in endpoint.rglob("*"):
        with suppress(FileNotFoundError):  # a writer begins another segment, or a packed one appears
            total += path.stat().st_size if path.is_file() else 0
    return total
