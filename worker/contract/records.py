"""The messages about rows of the journal: finding some, and deleting those of a person with a proof."""

import re
from typing import Final

import msgspec

from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST
from worker.contract.words import Words

BY_CALLER: Final = "caller"
"""Beside the ways in which a truth names a row: by who asked, as the journal writes it (`api:12`)."""

BY_RANGE: Final = "range"
"""For looking only: rows of which a feature is above one bound and at most another, or has no value."""

RANGE: Final = ".."
MISSING: Final = "-"
"""How a range is written in an address: `120..400`, either end may be open, or rows without a value."""

WAYS: Final = (BY_REQUEST, BY_KEY, BY_FEATURE, BY_CALLER)

ID: Final = re.compile(r"[0-9a-f]{32}")
FOUND_PREFIX: Final = "control:found:"
"""Followed by a search's id: what was found, as JSON, for a moment. It lies in no database, so that nothing outlives a
deletion there; the name is one that the data plane may write and not read."""

FOUND_TTL_S: Final = 30
ROWS_MAX: Final = 50
SEARCH_S: Final = 15.0
"""A search that takes longer tells what it has, and how far back it came."""

VALUES_MAX: Final = 1_000
"""Ids in one selection."""

Value = str | int | float | bool | None


class Selector(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows: those of which `by` says one of `values`; `name` is the feature, where it is by one.

    By a range, `values` are the bounds as JSON writes numbers, "" for none; without any, rows that have no value.
    """

    by: str
    values: tuple[str, ...]
    name: str = ""


class FindRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.find_rows`: find rows, the newest first. With `callers` only those that one of them asked for."""

    find_id: str
    endpoint: str
    selector: Selector
    callers: tuple[str, ...] = ()
    rows_max: int = ROWS_MAX


class RecordedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it was asked and answered. `inputs` is None where the journal kept none; `truth` where none is known.

    `latency_ms` and `compute_ms` are 0 for rows of jobs. `probabilities` are in the order of the version's labels.
    """

    request_id: str
    row: int
    caller: str
    at_ms: int
    version: int
    digest: str
    prediction: Value
    key: str = ""
    latency_ms: float = 0.0
    compute_ms: float = 0.0
    probabilities: tuple[float, ...] = ()
    inputs: dict[str, Value] | None = None
    truth: str | float | None = None
    told_ms: int | None = None


class FindOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `is_more`: there are others. `stopped_at`: the day at which the search ended early."""

    rows: tuple[RecordedRow, ...] = ()
    is_more: bool = False
    stopped_at: str = ""
    reason: Words | None = None


class ForgetRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.forget_rows`: count the rows that were answered up to `until_ms`; with `does_delete`, delete them."""

    forget_id: str
    endpoints: tuple[str, ...]
    selector: Selector
    until_ms: int
    does_delete: bool = False


class DayProof(msgspec.Struct, frozen=True, kw_only=True):
    """A day that was rewritten: SHA-256 over its files before and after."""

    day: str
    sha256_before: str
    sha256_after: str


class EndpointProof(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted or deleted of an endpoint.

    `rows` match, of `rows_before` in its journal; `rows_left` still do afterwards. `truths` are outcomes of these rows.
    Where the deletion `was_interrupted` and done again, `days` are only those that were rewritten since.
    """

    endpoint: str
    rows: int = 0
    truths: int = 0
    rows_before: int = 0
    rows_after: int = 0
    rows_left: int = 0
    first_ms: int | None = None
    last_ms: int | None = None
    days: tuple[DayProof, ...] = ()
    was_interrupted: bool = False


class ForgetOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_forgotten`: what was counted or deleted, at `at_ms`; with a `reason` not all of it was done."""

    forget_id: str
    did_delete: bool
    at_ms: int
    endpoints: tuple[EndpointProof, ...] = ()
    reason: Words | None = None
