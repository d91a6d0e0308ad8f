"""The messages of a run of monitoring: the rows of an endpoint since the last window that was closed."""

import re
from typing import Final

import msgspec

from worker.contract.manifest import Quality
from worker.contract.monitoring import Check, DomainDrift, Estimate, FeatureDrift, Found, Slice, Verdict
from worker.contract.report import CalibrationBin
from worker.contract.words import Words

RUN_ID: Final = re.compile(r"[0-9a-f]{32}")

WINDOWS_MAX: Final = 40
"""In one run; the next one goes on behind them."""

ROWS_MAX: Final = 1_000_000
"""Of a window with more rows so many are looked at, spread over all."""


ROWS_MIN: Final = 500
SPAN_MIN_S: Final = 86_400.0
SPAN_MAX_S: Final = 30 * 86_400.0
"""A window closes with so many rows that span so long, or with fewer at the latest."""

DAY_S: Final = 86_400.0
SHORTEST_S: Final = DAY_S / 2
"""A window is no shorter than this, where rows are kept for a day only."""


def span_max_s(days_kept: int) -> float:
    """Return how long a window lasts at most: it must close a day before its first row is removed."""
    return min(max((days_kept - 1) * DAY_S, SHORTEST_S), SPAN_MAX_S)


class KnownDomain(msgspec.Struct, frozen=True, kw_only=True):
    """How the rows of the window from `begins_ms` on were told apart, when it was looked at first."""

    begins_ms: int
    domain: DomainDrift


class ClosedWindow(msgspec.Struct, frozen=True, kw_only=True):
    """A window that was closed: its borders stay where they are, whatever rows have gone since, and what it `found`."""

    begins_ms: int
    ends_ms: int
    rows: int
    found: Found
    seconds_max: float = SPAN_MAX_S


class MonitorRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`worker.monitor`: look at the rows that a version answered from `from_ms` on.

    A window is closed with `rows_min` rows that span `seconds_min`, or after `seconds_max`. `former` are what the
    closed windows before showed, the oldest first. `hashed` features are not compared: their values are not kept.
    Windows that are looked at again are `closed`, the oldest first; one of which rows have gone since is left out. What
    is `known` of them is taken over: to tell all columns apart takes seconds.
    """

    run_id: str
    endpoint: str
    digest: str
    now_ms: int
    from_ms: int = 0
    rows_min: int = ROWS_MIN
    seconds_min: float = SPAN_MIN_S
    seconds_max: float = SPAN_MAX_S
    former: tuple[Found, ...] = ()
    hashed: tuple[str, ...] = ()
    closed: tuple[ClosedWindow, ...] = ()
    known: tuple[KnownDomain, ...] = ()


class Operations(msgspec.Struct, frozen=True, kw_only=True):
    """What it took to answer: requests and rows, from asked to answered in milliseconds, and the model's own time.

    Latencies are of what was asked online; None where there was nothing. So are waits: the part of a latency until a
    worker began; None, too, where the journal is older than they are. `ways`: rows by way, as the journal names it.
    """

    requests: int
    rows: int
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    compute_ms: float = 0.0
    ways: dict[str, int] = {}
    wait_p50_ms: float | None = None
    wait_p95_ms: float | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """How many rows were refused for a reason: a code of a problem with a value, or of a body that has no rows.

    The feature is "" where it is the row as a whole that is wrong, or a name that the model does not know.
    """

    feature: str
    code: str
    rows: int


class Refusals(msgspec.Struct, frozen=True, kw_only=True):
    """What was refused: rows, the online requests among them, and why, the most frequent first.

    A row may be refused for several reasons. A body that cannot be read as rows counts as one.
    """

    rows: int
    requests: int
    reasons: tuple[Reason, ...] = ()


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """Of how many rows the outcome is known, and how long after the answer that was told, in the middle.

    `is_biased`: the answers to rows whose outcome is known are otherwise than to the rest, with `p`; then what is
    measured on them does not hold for all.
    """

    rows: int
    known: int
    delay_s: float | None = None
    is_biased: bool = False
    p: float = 1.0

    @property
    def share(self) -> float:
        """The share of rows whose outcome is known."""
        return self.known / self.rows if self.rows else 0.0


class AnswerInterval(msgspec.Struct, frozen=True, kw_only=True):
    """By how much a single number may be off: `half_width` holds `level` of the truths, by the reference's errors.

    `known` outcomes of the window are within it with `share`, which has a 95 % interval; None without outcomes.
    """

    level: float
    half_width: float
    known: int = 0
    share: float | None = None
    low: float | None = None
    high: float | None = None


class WindowReport(msgspec.Struct, frozen=True, kw_only=True):
    """One window: from `begins_ms` up to, and with, `ends_ms`; an open one may still grow.

    `rows` were answered, `looked_at` of them compared; others were `refused`. After `seconds_max` it would have been
    closed with fewer. `ranking`: features by drift times importance. What needs the reference data, or outcomes, is
    empty where there are none.
    """

    begins_ms: int
    ends_ms: int
    is_open: bool
    rows: int
    looked_at: int
    found: Found
    verdict: Verdict
    features: tuple[FeatureDrift, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    checks: tuple[Check, ...] = ()
    predictions: tuple[FeatureDrift, ...] = ()
    domain: DomainDrift | None = None
    estimated: tuple[Estimate, ...] = ()
    realised: tuple[Quality, ...] = ()
    calibration: tuple[CalibrationBin, ...] = ()
    slices: tuple[Slice, ...] = ()
    coverage: Coverage | None = None
    operations: Operations | None = None
    interval: AnswerInterval | None = None
    refused: Refusals | None = None
    seconds_max: float = SPAN_MAX_S

    @property
    def refused_share(self) -> float:
        """The share of the rows asked that were refused."""
        rows = self.refused.rows if self.refused else 0
        return rows / (rows + self.rows) if rows else 0.0


class MonitorOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """`control.record_monitoring`: windows in order, the last of which may be open, or why there are none.

    `is_more`: further windows follow that a next run looks at. `rows_in_journal`: all of the version since `from_ms`.
    """

    run_id: str
    windows: tuple[WindowReport, ...] = ()
    is_more: bool = False
    rows_in_journal: int = 0
    reason: Words | None = None
    detail: str = ""
