"""Keeps the truths of an endpoint in their bounds: old ones removed, many small files packed into one.

Whatever is rewritten appears whole under its name. A packed file sorts behind those that it replaces and holds the last
truth for each row of them: where a process dies in between, both say the same. Whatever adds truths waits for its turn.
"""

import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from worker.contract.truth import BY_FEATURE
from worker.journal import block
from worker.journal.block import Block, Column
from worker.journal.columns import KEY, ROW, TIME, hashes_of
from worker.journal.places import ENDING
from worker.journal.reading import joined, only
from worker.journal.truth import BY_HASH, DIRECTORY, KIND, NAME
from worker.journal.turn import REWRITING

DAY_MS: Final = 86_400_000
EARLY_DAYS: Final = 30
"""A truth may be told so long before its row: it is kept so much longer than rows are."""

PACKED_AT: Final = 20
"""So many small files become one."""

SMALL_BYTES: Final = 2 << 20
STAMP_DIGITS: Final = 15
PACKED: Final = "z"
"""Sorts behind the number of the process that wrote a file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TruthBounds:
    """How long truths are kept, as rows are; and which features are `hashed`, with the key of the hash."""

    days_kept: int
    hashed: Collection[str] = ()
    hash_key: bytes = b""


def keep_truths(endpoint: Path, bounds: TruthBounds, now_s: float) -> None:
    """Keep the truths of an endpoint in their bounds."""
    directory = endpoint / DIRECTORY
    first_ms = round(now_s * 1000) - (bounds.days_kept + EARLY_DAYS) * DAY_MS
    for draft in directory.glob("*.draft"):
        draft.unlink(missing_ok=True)
    for path in _files(directory):
        _keep(path, bounds, first_ms)
    small = _last_small(_files(directory))
    if len(small) >= PACKED_AT:
        _pack(small)


def bytes_of(endpoint: Path) -> int:
    """Return how much the truths of an endpoint take on the disk."""
    return sum(path.stat().st_size for path in _files(endpoint / DIRECTORY))


def _files(directory: Path) -> list[Path]:
    return sorted(directory.glob(f"*{ENDING}"))


def _last_small(paths: list[Path]) -> list[Path]:
    """Return the small files that came last: what is large already stays as it is, and so does the order."""
    small: list[Path] = []
    for path in reversed(paths):
        if path.stat().st_size > SMALL_BYTES:
            break
        small.insert(0, path)
    return small


def _keep(path: Path, bounds: TruthBounds, first_ms: int) -> None:
    """Remove a file of old truths, or rewrite it where some are older by a day, or name rows by what is hashed now."""
    parts = list(_blocks([path], {KIND, NAME}))
    if not parts or max(each.last_ms for each in parts) < first_ms:
        with REWRITING:
            path.unlink()
        return
    are_some_old = min(each.first_ms for each in parts) < first_ms - DAY_MS
    if not are_some_old and not any(any(_by_value(each.columns, bounds)) for each in parts):
        return
    found = _one([path])
    left = only(found, found.columns[TIME] >= first_ms)
    assert left is not None, "The last one is not old"
    _write(path, _hashed(left, bounds), [])


def _by_value(columns: Mapping[str, Column], bounds: TruthBounds) -> list[bool]:
    """Return which truths name a row by the value of a feature that is hashed."""
    said = zip(columns[KIND].tolist(), columns[NAME].tolist(), strict=True)
    return [by == BY_FEATURE and name in bounds.hashed for by, name in said]


def _hashed(whole: Block, bounds: TruthBounds) -> Block:
    """Return truths of which none names a row by the value of a feature that is hashed."""
    places: list[int] = []
    hashes: dict[int, str] = {}
    said = zip(_by_value(whole.columns, bounds), whole.columns[KEY].tolist(), strict=True)
    for at, (is_raw, value) in enumerate(said):
        # Nobody knows here as what type it is hashed: of a text there is one hash, of a number there are several.
        for each in sorted(hashes_of(value, bounds.hash_key)) if is_raw else ():
            hashes[len(places)] = each
            places.append(at)
        if not is_raw:
            places.append(at)
    columns = {name: column[places] for name, column in whole.columns.items()}
    for at, each in hashes.items():
        columns[KIND][at], columns[KEY][at] = BY_HASH, each
    return _block(whole, columns)


def _pack(paths: list[Path]) -> None:
    found = _one(paths)
    named = zip(*(found.columns[name].tolist() for name in (KIND, NAME, KEY, ROW)), strict=True)
    last = {each: at for at, each in enumerate(named)}
    mask = np.zeros(found.rows, np.bool_)
    mask[list(last.values())] = True
    kept = only(found, mask)
    assert kept is not None, "Of what there is the last one stays"
    stamp = paths[-1].name[:STAMP_DIGITS]
    _write(paths[-1].with_name(f"{stamp}-{PACKED}{secrets.token_hex(6)}{ENDING}"), kept, paths)


def _write(path: Path, whole: Block, replaced: list[Path]) -> None:
    """Write truths, which appear at once, and remove the files that they replace."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}.draft")
    with draft.open("wb") as file:
        file.write(block.encode(whole, packs=True))
        file.flush()
        os.fsync(file.fileno())
    with REWRITING:
        draft.replace(path)
        for each in replaced:
            each.unlink(missing_ok=True)


def _one(paths: list[Path]) -> Block:
    """Return the truths of files that have some, in order."""
    parts = list(_blocks(paths))
    return _block(parts[0], joined(parts, parts[0].columns))


def _blocks(paths: list[Path], wanted: Collection[str] | None = None) -> Iterator[Block]:
    for path in paths:
        for payload in block.frames(memoryview(path.read_bytes())):
            yield block.decode(payload, wanted)


def _block(like: Block, columns: dict[str, Column]) -> Block:
    times = columns[TIME]
    return Block(
        endpoint=like.endpoint,
        version=like.version,
        digest=like.digest,
        first_ms=int(times.min()),
        last_ms=int(times.max()),
        columns=columns,
    )
