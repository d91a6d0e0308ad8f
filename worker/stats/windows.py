"""Windows: the rows of an endpoint cut by count and by calendar, so that each says something and none is too old."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

DAY_S: Final = 86_400.0

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """How a stream of rows is cut: a window ends when it has this many rows and lasted this long, or at the latest."""

    rows_min: int = 500
    seconds_min: float = DAY_S
    seconds_max: float = 30 * DAY_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows `first` to before `end`; the first was answered at `begins_at_s`. One that `is_open` may still grow."""

    first: int
    end: int
    begins_at_s: float
    ends_at_s: float
    is_open: bool = False

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.end - self.first


def windows(times: Times, now_s: float, span: Span | None = None) -> list[Window]:
    """Return the windows of rows answered at these times (n,), in seconds and sorted, one after the other.

    They do not overlap: that two of three windows show something means more than that one does. The last is open
    unless it is full. A window begins with its first row, so that times without any do not make empty ones. Raise
    ValueError when the times are not sorted.
    """
    if len(times) and (np.diff(times) < 0).any():
        msg = "Windows are cut from sorted times; these go back."
        raise ValueError(msg)
    span = span or Span()
    found: list[Window] = []
    first = 0
    while first < len(times):
        begins_at_s = float(times[first])
        last_at_s = begins_at_s + span.seconds_max
        enough_at_s = begins_at_s + span.seconds_min
        if first + span.rows_min <= len(times):
            enough_at_s = max(enough_at_s, float(times[first + span.rows_min - 1]))
        else:
            enough_at_s = last_at_s
        ends_at_s = min(enough_at_s, last_at_s)
        # What comes exactly a day later is the next day's first row, unless it is what was still lacking.
        end = max(first + 1, int(np.searchsorted(times, ends_at_s, side="left")))
        if enough_at_s <= ends_at_s and first + span.rows_min <= len(times):
            end = max(end, first + span.rows_min)
        # Windows are read by their times: rows of one moment, as a job answers many, are in one window.
        end = int(np.searchsorted(times, times[end - 1], side="right"))
        is_open = now_s < ends_at_s
        found.append(Window(first=first, end=end, begins_at_s=begins_at_s, ends_at_s=ends_at_s, is_open=is_open))
        first = end
    return found
