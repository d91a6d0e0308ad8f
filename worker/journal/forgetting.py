"""Counts and deletes what the journal holds of a person: rows, and the truths that belong to them.

Truths go before the rows by which they are found: where a process dies in between, the second delivery finds the rest.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from worker.batch.places import appearing
from worker.contract.records import DayProof, EndpointProof, Selector
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST
from worker.journal import block, keeping, reading
from worker.journal.block import Block, Column
from worker.journal.columns import KEY, REQUEST, ROW, hash_of, hashes_of, is_hash
from worker.journal.keeping import Forgotten
from worker.journal.picking import Mask, mask_of
from worker.journal.places import ENDING
from worker.journal.reading import Window
from worker.journal.truth import BY_HASH, DIRECTORY, KIND, NAME, Truths, text_of
from worker.journal.turn import REWRITING
from worker.journal.writing import hash_key

PASSES_MAX: Final = 3
"""A job may write a chunk of rows while those before are taken out."""

NOTE: Final = ".forgetting.json"
"""Beside the days of an endpoint: what the last deletion found when it began, in numbers and without a name."""

Named = tuple[str, str, str, int]
"""How a truth names a row: by what, the feature, the key, the row."""


@dataclass(slots=True)
class Met:
    """Rows that are meant: how many, from when to when, and under which names truths may know them."""

    rows: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    names: set[Named] = field(default_factory=set)
    key: bytes = b""

    def add(self, rows: Block, features: frozenset[tuple[str, str]]) -> None:
        """Take note of rows."""
        self.rows += rows.rows
        self.first_ms = min(rows.first_ms, self.first_ms if self.first_ms is not None else rows.first_ms)
        self.last_ms = max(rows.last_ms, self.last_ms if self.last_ms is not None else rows.last_ms)
        self.names.update(_names(rows.columns, features, self.key))


def count(endpoint: Path, selector: Selector, until_ms: int) -> EndpointProof:
    """Return how many rows of an endpoint, and truths, a selection means."""
    key = hash_key(endpoint.parent)
    with REWRITING:
        met, before = _met(endpoint, mask_of(selector, key, until_ms), key)
    truths = sum(int(mask.sum()) for _, _, mask in _truths(endpoint, Meant(selector, met.names, key)))
    return EndpointProof(
        endpoint=endpoint.name,
        rows=met.rows,
        truths=truths,
        rows_before=before,
        rows_after=before,
        rows_left=met.rows,
        first_ms=met.first_ms,
        last_ms=met.last_ms,
    )


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What a deletion found when it began: a second delivery of it finds less, or nothing."""

    forget_id: str
    rows: int
    truths: int
    rows_before: int
    first_ms: int | None
    last_ms: int | None


def forget(endpoint: Path, selector: Selector, until_ms: int, forget_id: str = "") -> EndpointProof:
    """Delete the rows of a selection and the truths of them, and return what was done as proof.

    With its `forget_id`, one that is done again tells of what was deleted before it was interrupted as well.
    """
    keeping.mend(endpoint)
    key = hash_key(endpoint.parent)
    mask = mask_of(selector, key, until_ms)
    met, before = _met(endpoint, mask, key)
    meant = Meant(selector, met.names, key)
    truths = sum(int(each.sum()) for _, _, each in _truths(endpoint, meant))
    begun = _begun(
        endpoint,
        Begun(
            forget_id=forget_id,
            rows=met.rows,
            truths=truths,
            rows_before=before,
            first_ms=met.first_ms,
            last_ms=met.last_ms,
        ),
    )
    truths_gone = _forget_truths(endpoint, meant)
    passes = [keeping.forget(endpoint, mask)]
    while passes[-1].left and len(passes) < PASSES_MAX:
        passes.append(keeping.forget(endpoint, mask))
    return EndpointProof(
        endpoint=endpoint.name,
        rows=max(begun.rows - met.rows, 0) + sum(each.rows for each in passes),
        truths=max(begun.truths - truths, 0) + truths_gone,
        rows_before=begun.rows_before,
        rows_after=reading.count(endpoint, Window()),
        rows_left=passes[-1].left,
        first_ms=begun.first_ms,
        last_ms=begun.last_ms,
        days=tuple(_days(passes)),
        was_interrupted=begun.rows > met.rows or begun.truths > truths,
    )


def _begun(endpoint: Path, now: Begun) -> Begun:
    """Return what the deletion found when it was delivered first, which is noted before anything goes."""
    note = endpoint / NOTE
    with suppress(FileNotFoundError, msgspec.MsgspecError):
        before = msgspec.json.decode(note.read_bytes(), type=Begun)
        if now.forget_id and before.forget_id == now.forget_id:
            return before
    if endpoint.is_dir():
        with appearing(note) as draft:
            draft.write_bytes(msgspec.json.encode(now))
    return now


def _met(endpoint: Path, mask: Mask, key: bytes) -> tuple[Met, int]:
    """Return the rows that are meant, and how many there are at all. What a truth names rows by is only theirs."""
    met, rows = Met(key=key), 0
    features = Truths.read(endpoint).by_features
    for each in reading.blocks(endpoint, Window()):
        rows += each.rows
        theirs = reading.only(each, mask(each))
        if theirs is not None:
            met.add(theirs, features)
    if any(by != BY_REQUEST for by, *_ in met.names):
        for each in reading.blocks(endpoint, Window()):
            rest = reading.only(each, ~mask(each))
            if rest is not None:
                met.names.difference_update(_names(rest.columns, features, key, with_requests=False))
    return met, rows


def _names(
    columns: Mapping[str, Column], features: frozenset[tuple[str, str]], key: bytes, *, with_requests: bool = True
) -> Iterator[Named]:
    if with_requests:
        for request_id, row in zip(columns[REQUEST].tolist(), columns[ROW].tolist(), strict=True):
            yield BY_REQUEST, "", str(request_id), row
    if KEY in columns:
        yield from ((BY_KEY, "", str(value), 0) for value in columns[KEY].tolist() if value is not None)
    for by, name in features:
        values = {value for value in columns[name].tolist() if value is not None} if name in columns else set()
        yield from ((BY_HASH, name, value, 0) for value in values if is_hash(value))
        if by == BY_FEATURE:
            yield from ((BY_FEATURE, name, text_of(value), 0) for value in values)
        else:
            yield from ((BY_HASH, name, hash_of(value, key), 0) for value in values)


@dataclass(frozen=True, slots=True)
class Meant:
    """Which truths are meant: those that the selection itself names, and those of the rows with these `names`."""

    selector: Selector
    names: set[Named]
    key: bytes
    own: frozenset[tuple[str, str, str]] = field(init=False)

    def __post_init__(self) -> None:
        """Note how truths may be named by the selection itself: by a value, or by the hash of it."""
        by, name, values = self.selector.by, self.selector.name, self.selector.values
        own = {(by, name, value) for value in values}
        if by == BY_FEATURE:
            own |= {(BY_HASH, name, each) for value in values for each in hashes_of(value, self.key)}
        object.__setattr__(self, "own", frozenset(own))

    def __contains__(self, truth: Named) -> bool:
        """Return whether a truth belongs to the rows, or would to rows that are over already."""
        by, name, value, _row = truth
        if (by, name, value) in self.own or truth in self.names:
            return True
        # One that was told before values were hashed.
        hashed = hashes_of(value, self.key) if by == BY_FEATURE else ()
        return any((BY_HASH, name, each, 0) in self.names for each in hashed)


def _truths(endpoint: Path, meant: Meant) -> Iterator[tuple[Path, Block, Column]]:
    """Yield the blocks of truths of which some belong to the rows that are meant, with a mask of these."""
    for path in sorted((endpoint / DIRECTORY).glob(f"*{ENDING}")):
        for payload in block.frames_of(path):
            found = block.decode(payload)
            columns = (found.columns[name].tolist() for name in (KIND, NAME, KEY, ROW))
            said = zip(*columns, strict=True)
            mask = np.fromiter((each in meant for each in said), np.bool_, found.rows)
            if mask.any():
                yield path, found, mask


def _forget_truths(endpoint: Path, meant: Meant) -> int:
    gone = 0
    for path, found, mask in list(_truths(endpoint, meant)):
        gone += int(mask.sum())
        left = reading.only(found, ~mask)
        if left is None:
            path.unlink()
            continue
        with appearing(path) as draft:
            draft.write_bytes(block.encode(left, packs=True))
    return gone


def _days(passes: list[Forgotten]) -> Iterator[DayProof]:
    """Yield the days that were rewritten: as they were before the first pass, and after the last."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    for each in passes:
        before = {**each.sha256_before, **before}
        after |= each.sha256
    yield from (DayProof(day=day, sha256_before=before[day], sha256_after=after[day]) for day in sorted(before))
