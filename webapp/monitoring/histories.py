"""The figures of an endpoint's windows as histories: what the plots draw, the tables list and the CSV files hold."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from webapp.endpoints.models import Endpoint
from webapp.monitoring.models import MonitoredWindow
from webapp.monitoring.worsening import Worsening
from webapp.plots.timelines import Look
from webapp.registry.models import ModelVersion
from worker.contract.monitoring import State
from worker.contract.monitoring_run import ROWS_MIN, SPAN_MIN_S, WindowReport

WINDOWS_MAX: Final = 60
"""The last so many are shown, and are in the files."""

PSI_MIN: Final = 0.1
"""A smaller index is no relevant change, whatever chance allows: as `worker.stats.drift` has it."""

Z: Final = 1.959964
"""95 of 100 values of a normal distribution are within so many standard errors."""


class Unit(StrEnum):
    """How the numbers of a history are written."""

    SHARE = "share"
    NUMBER = "number"
    COUNT = "count"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A window with its report, read once."""

    begins_at: datetime
    ends_at: datetime
    is_open: bool
    report: WindowReport
    worsening: Worsening | None = None

    @property
    def is_worse(self) -> bool:
        """Whether its answers are worse than on the reference data, and those of another window of late."""
        return self.worsening is not None and self.worsening.is_repeated

    @property
    def is_alarm(self) -> bool:
        """Whether the window is one that alarms."""
        return self.report.verdict.state is State.CHANGED

    @property
    def days(self) -> float:
        """How long it lasted: until its last row, and at least as long as a window does. A job's rows come at once."""
        refused = self.report.refused.rows if self.report.refused else 0
        is_full = self.report.rows + refused >= ROWS_MIN
        most_s = self.report.seconds_max
        least_s = min(SPAN_MIN_S, most_s) if is_full or self.is_open else most_s
        return max((self.ends_at - self.begins_at).total_seconds(), least_s) / 86_400


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A figure of one window: of `rows` rows, with its interval where it has one."""

    seen: Seen
    rows: int
    value: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def share(cls, seen: Seen, count: int, rows: int) -> Self:
        """Return a share with its 95 % interval."""
        low, high = wilson(count, rows)
        return cls(seen=seen, rows=rows, value=count / rows, low=low, high=high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One figure over the windows, the oldest first. `key` is its name in files, `name` that on pages."""

    key: str
    name: str
    look: Look
    readings: tuple[Reading, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """What the figure is of the reference data."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Series that are drawn in one plot. `subject` is the column or figure they are of, as files name it."""

    subject: str
    title: str
    axis: str
    series: tuple[Series, ...]
    unit: Unit = Unit.NUMBER
    level: Level | None = None
    from_nothing: bool = True
    is_logarithmic: bool = False

    @property
    def readings(self) -> tuple[Reading, ...]:
        """All of its readings."""
        return tuple(reading for series in self.series for reading in series.readings)


def seen_windows(endpoint: Endpoint, version: ModelVersion) -> list[Seen]:
    """Return the last windows of a version behind an endpoint, the oldest first."""
    return all_seen(MonitoredWindow.objects.of(endpoint, version).with_reports()[:WINDOWS_MAX])


def all_seen(windows: Iterable[MonitoredWindow]) -> list[Seen]:
    """Return windows that come the newest first as they are drawn, the oldest first."""
    return [seen(each) for each in reversed(list(windows))]


def seen(window: MonitoredWindow) -> Seen:
    """Return a window with its report."""
    return Seen(begins_at=window.begins_at, ends_at=window.ends_at, is_open=window.is_open, report=window.report)


def last_closed(windows: Sequence[Seen]) -> Seen | None:
    """Return the last window that does not grow any more, else the last."""
    closed = [each for each in windows if not each.is_open] or windows
    return closed[-1] if closed else None


def wilson(count: int, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (E. B. Wilson, Journal of the American Statistical Association 22, 1927)."""
    if not rows:
        return 0.0, 1.0
    share, square = count / rows, Z * Z / rows
    middle = (share + square / 2) / (1 + square)
    half = Z * math.sqrt(share * (1 - share) / rows + square / rows / 4) / (1 + square)
    return max(0.0, middle - half), min(1.0, middle + half)
