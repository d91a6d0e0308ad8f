"""The messages of ground truth: what was learned later of rows that were answered."""

from typing import Final

import msgspec

from worker.contract.words import Words

BY_REQUEST: Final = "request"
BY_KEY: Final = "key"
BY_FEATURE: Final = "feature"

TRUTHS_MAX: Final = 10_000
"""In one message; a file may hold more."""

ROW_MAX: Final = 2**31 - 1
"""The last place of a row in its request, as the journal can hold it."""

PROBLEMS_MAX: Final = 20


class Truth(msgspec.Struct, frozen=True, array_like=True):
    """The outcome of one row. `by` says what `key` is.

    A request's id, with the `row` in it from 0; the identifier that a batch job's file gave the row; or the value of
    the feature `name`.
    """

    by: str
    key: str
    value: str | int | float | bool
    row: int = 0
    name: str = ""


class TruthRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.take_truth`: keep these truths.

    `digest` is of the version whose output says what an outcome may be. Values of `hashed` features are kept as hashes.
    With `callers`, only rows that one of them asked count as matched: whoever sees no others must not find them so.
    """

    delivery_id: str
    endpoint: str
    digest: str
    truths: tuple[Truth, ...] = ()
    hashed: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()


class TruthProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A truth that was not taken: its place from 1, and why."""

    at: int
    message: Words


class TruthOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_truth`: how many were `taken`, how many rows of the journal they are of, what was wrong.

    `since_ms`: from when on the rows are, whoever asked them, by the digest of the version that answered. `stopped_at`:
    the day at which rows were no longer looked for; those of older days count as well, and are not told of here.
    With a `reason` nothing was taken at all.
    """

    delivery_id: str
    taken: int = 0
    matched: int = 0
    refused: int = 0
    problems: tuple[TruthProblem, ...] = ()
    since_ms: dict[str, int] = {}
    stopped_at: str = ""
    reason: Words | None = None
    hint: Words | None = None
