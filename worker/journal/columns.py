"""From answered requests to the columns of a block: rows, answers, who asked, when, and how long it took."""

import hmac
import re
from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from worker.contract.journal import JournalRule
from worker.contract.signature import Signature
from worker.journal.block import Block, Column
from worker.models.answers import Answers
from worker.tables.table import Table

OWN: Final = "@"
"""What the names of the journal's own columns begin with; all others are features."""

REQUEST: Final = "@request"
ROW: Final = "@row"
KEY: Final = "@key"
"""The identifier that a job's file gives a row: what people know it by."""

CALLER: Final = "@caller"
TIME: Final = "@time_ms"
LATENCY: Final = "@latency_ms"
WAIT: Final = "@wait_ms"
"""From asked to the moment at which the worker began with it; rows of older journals lack it."""

COMPUTE: Final = "@compute_ms"
PREDICTION: Final = "@prediction"
PROBABILITY: Final = "@p"
"""Followed by the place of a label among those of the signature's output."""

HASH_HEX: Final = 16
"""Digits of a hash: 64 bits tell any number of people apart that a box has to do with."""

HASH: Final = re.compile(rf"[0-9a-f]{{{HASH_HEX}}}")


class Asker(NamedTuple):
    """A request among those that were answered together: its id, its rows, who asked, and its age in milliseconds.

    `wait_ms` of these it waited for a worker to begin with it.
    """

    request_id: str
    rows: int
    caller: str
    latency_ms: float
    wait_ms: float = 0.0


class Answered(NamedTuple):
    """Rows that were answered together at one moment, in the order of the requests. `compute_ms` is of a row."""

    askers: Sequence[Asker]
    table: Table
    answers: Answers
    time_ms: int
    compute_ms: float


class Origin(NamedTuple):
    """Whose answers they are, and what of them is kept."""

    endpoint: str
    version: int
    digest: str
    rule: JournalRule


def block_of(origin: Origin, signature: Signature, answered: Sequence[Answered], key: bytes) -> Block:
    """Return the block of these rows; `key` is that of the keyed hash."""
    moments = [one.time_ms for one in answered]
    columns = _own(answered)
    columns |= _answers([one.answers for one in answered])
    if origin.rule.inputs:
        columns |= _inputs(signature, [one.table for one in answered], origin.rule, key)
    return Block(
        endpoint=origin.endpoint,
        version=origin.version,
        digest=origin.digest,
        first_ms=min(moments),
        last_ms=max(moments),
        columns=columns,
    )


def _own(answered: Sequence[Answered]) -> dict[str, Column]:
    """Return what the journal notes of each row beside the row itself."""
    askers = list(chain.from_iterable(one.askers for one in answered))
    counts = np.fromiter((asker.rows for asker in askers), np.int64, len(askers))
    rows_of_part = [sum(asker.rows for asker in one.askers) for one in answered]
    total = int(counts.sum())
    starts = np.cumsum(counts) - counts
    return {
        REQUEST: np.repeat(_objects([asker.request_id for asker in askers]), counts),
        ROW: (np.arange(total) - np.repeat(starts, counts)).astype(np.int32),
        CALLER: np.repeat(_objects([asker.caller for asker in askers]), counts),
        TIME: np.repeat(np.fromiter((one.time_ms for one in answered), np.int64, len(answered)), rows_of_part),
        LATENCY: np.repeat(np.fromiter((asker.latency_ms for asker in askers), np.float32, len(askers)), counts),
        WAIT: np.repeat(np.fromiter((asker.wait_ms for asker in askers), np.float32, len(askers)), counts),
        COMPUTE: np.repeat(np.fromiter((one.compute_ms for one in answered), np.float32, len(answered)), rows_of_part),
    }


def _answers(answers: Sequence[Answers]) -> dict[str, Column]:
    """Return the predictions and, where there are any, the probability of each label."""
    predictions = np.concatenate([one.predictions for one in answers])
    columns = {PREDICTION: predictions}
    given = [one.probabilities for one in answers if one.probabilities is not None]
    if len(given) == len(answers):
        probabilities = np.concatenate(given)
        columns |= {f"{PROBABILITY}{at}": probabilities[:, at] for at in range(probabilities.shape[1])}
    return columns


def _inputs(signature: Signature, tables: Sequence[Table], rule: JournalRule, key: bytes) -> dict[str, Column]:
    whole = Table.concatenate(tables)
    columns = dict(zip(signature.names, whole.columns, strict=True))
    for name in rule.hashed:
        if name in columns:
            columns[name] = hashed(columns[name], key)
    return columns


def hashed(column: Column, key: bytes) -> Column:
    """Return a keyed hash of each value, None for a missing one: HMAC with SHA-256 (RFC 2104), cut to 64 bits."""
    made: dict[object, str | None] = {None: None}
    for value in set(column.tolist()):
        is_missing = value is None or value != value  # noqa: PLR0124  # NaN alone differs from itself
        made[value] = None if is_missing else hash_of(value, key)
    return _objects([made[value] for value in column.tolist()])


def hash_of(value: object, key: bytes) -> str:
    """Return the keyed hash of one value, as it stands in the journal."""
    return hmac.new(key, repr(value).encode(), sha256).hexdigest()[:HASH_HEX]


def hashes_of(text: str, key: bytes) -> set[str]:
    """Return how the journal may have hashed a value that somebody writes: as text, or as what that reads as."""
    return {hash_of(value, key) for value in (text, *_readings(text))}


def _readings(text: str) -> tuple[object, ...]:
    try:
        number = float(text)
    except ValueError:
        return (text.lower() == "true",) if text.lower() in {"true", "false"} else ()
    return (number, int(number)) if number.is_integer() else (number,)


def is_hash(value: object) -> bool:
    """Return whether a value looks like one of which only the hash is kept."""
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def _objects(values: Sequence[object]) -> Column:
    column = np.empty(len(values), object)
    column[:] = values
    return column
