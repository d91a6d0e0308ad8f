"""A history as a page shows it: the plot, what its marks mean, and the same in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Final

from django.utils import formats, timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from webapp.monitoring.histories import History, Reading, Seen, Unit
from webapp.plots.marks import Plot
from webapp.plots.scales import is_drawable
from webapp.plots.timelines import Curve, Ground, Step, timeline_plot
from webapp.predictions.numbers import number_words, percent_words, rounded_words

DAY_S: Final = 86_400
MINUTE_DAYS: Final = 60 / DAY_S
NOTHING: Final = "—"
LINE: Final = (
    '<tr><td class="nobreak">%s</td><td>%s</td><td class="number">%s</td><td class="number">%s</td>'
    '<td class="number">%s</td></tr>'
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """The days of a window: in words, and counted from 1970 by the clock of the box."""

    words: str
    begins: float
    ends: float


KnownDays = dict[datetime, Days]
"""Of the windows met so far, by their beginning: many histories are of the same windows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A history for the page: `marks` are the kinds of its marks with what they mean, `rows` its lines."""

    id: str
    title: str
    plot: Plot
    marks: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def lines(self) -> SafeString:
        """The lines of the table as markup: of many windows there are thousands of cells, too many for a template."""
        cells = (tuple(map(escape, row)) for row in self.rows)
        return mark_safe("".join(LINE % row for row in cells))  # noqa: S308  # all cells are escaped


def drawn(history: History, place: str, days: KnownDays) -> Drawn | None:
    """Return a history as a page shows it; None where nothing of it can be drawn. `place` is its id on the page."""
    windows = _windows(history)
    days |= {at: _days_of(each) for at, each in windows.items() if at not in days}
    curves = tuple(
        Curve(look=each.look, steps=tuple(_step(one, days) for one in each.readings if is_drawable(one.value)))
        for each in history.series
    )
    if not any(curve.steps for curve in curves):
        return None
    plot = timeline_plot(
        tuple(curve for curve in curves if curve.steps), _ground(history, windows, days),
        (_day_words, history.axis, WRITERS[history.unit]), _alternative(history),
    )  # fmt: skip  # one thought a line
    rows = [
        (days[reading.seen.begins_at].words, series.name, *_value_words(history, reading), number_words(reading.rows))
        for series in history.series
        for reading in reversed(series.readings)
    ]
    return Drawn(id=place, title=history.title, plot=plot, marks=_marks(history), rows=tuple(rows))


def all_drawn(histories: Sequence[History], prefix: str, days: KnownDays | None = None) -> list[Drawn]:
    """Return those that can be drawn, each with an id of its own."""
    days = {} if days is None else days
    found = [drawn(each, f"{prefix}-{at}", days) for at, each in enumerate(histories)]
    return [each for each in found if each is not None]


def _step(reading: Reading, days: KnownDays) -> Step:
    is_whole = reading.low is not None and reading.high is not None
    is_whole = is_whole and is_drawable(reading.low or 0.0) and is_drawable(reading.high or 0.0)
    low, high = (reading.low, reading.high) if is_whole else (None, None)
    lasted = days[reading.seen.begins_at]
    ends = max(lasted.ends, lasted.begins + MINUTE_DAYS)
    return Step(begins=lasted.begins, ends=ends, value=reading.value, low=low, high=high)


def _ground(history: History, windows: Mapping[datetime, Seen], days: KnownDays) -> Ground:
    level = history.level
    alarms = [days[at] for at, each in windows.items() if each.is_alarm]
    return Ground(
        level=None if level is None else Step(begins=0, ends=0, value=level.value, low=level.low, high=level.high),
        alarms=tuple((each.begins, each.ends) for each in alarms),
        from_nothing=history.from_nothing,
        is_logarithmic=history.is_logarithmic,
        is_counted=history.unit is Unit.COUNT,
    )


def _windows(history: History) -> dict[datetime, Seen]:
    """Return the windows of a history: several of its series are of the same."""
    return {reading.seen.begins_at: reading.seen for reading in history.readings}


def _days_of(seen: Seen) -> Days:
    return Days(words=span_words(seen), begins=_days(seen.begins_at), ends=_days(seen.ends_at))


def _days(moment: datetime) -> float:
    """Return a moment in days since 1970, by the clock of the box."""
    local = timezone.localtime(moment)
    return (local.timestamp() + (local.utcoffset() or timedelta()).total_seconds()) / DAY_S


def _day_words(days: float) -> str:
    return formats.date_format(datetime.fromtimestamp(days * DAY_S, UTC), _("j M"))


def span_words(seen: Seen) -> str:
    """Return the days of a window."""
    begins, ends = (
        formats.date_format(timezone.localtime(each), _("j M Y")) for each in (seen.begins_at, seen.ends_at)
    )
    return begins if begins == ends else _("%(begin)s to %(end)s") % {"begin": begins, "end": ends}


def _marks(history: History) -> tuple[tuple[str, str], ...]:
    found = [(str(each.look), each.name) for each in history.series]
    if history.level is not None:
        found.append(("level", _("the reference data")))
    if any(reading.seen.is_alarm for reading in history.readings):
        found.append(("alarm", _("windows that alarm")))
    return tuple(found)


def _alternative(history: History) -> str:
    """Return what the plot shows, in a sentence: the first and the last figure of each of its series."""
    told = []
    for each in history.series:
        if each.readings:
            first, last = each.readings[0], each.readings[-1]
            ends = {"first": _written(history, first.value), "last": _written(history, last.value)}
            facts = {"name": each.name, "windows": number_words(len(each.readings)), **ends}
            told.append(_("%(name)s, %(windows)s windows: first %(first)s, last %(last)s") % facts)
    return f"{history.title}. {'; '.join(told)}."


def _value_words(history: History, reading: Reading) -> tuple[str, str]:
    if reading.low is None or reading.high is None:
        return _written(history, reading.value), NOTHING
    ends = {"low": _written(history, reading.low), "high": _written(history, reading.high)}
    return _written(history, reading.value), _("%(low)s to %(high)s") % ends


def _written(history: History, value: float) -> str:
    return percent_words(value) if history.unit is Unit.SHARE else _number(value)


def _number(value: float) -> str:
    return number_words(round(value)) if abs(value) >= 1000 else number_words(value, 4)


def _percent(value: float) -> str:
    decimals = 0 if (value * 100).is_integer() or abs(value * 100 - round(value * 100)) < 1e-6 else 1
    return _("%(number)s %%") % {"number": rounded_words(value * 100, decimals=decimals)}


WRITERS: Final = {Unit.SHARE: _percent, Unit.NUMBER: number_words, Unit.COUNT: number_words}
