"""The figures of a month: those of its windows taken together."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from django.utils.translation import gettext as _

from webapp.monitoring.histories import History, Reading, Seen, Unit
from webapp.predictions.numbers import number_words, percent_words


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureRow:
    """One figure: of the reference data, as estimated, as measured; each with its interval, the last two with rows."""

    name: str
    reference: str
    estimated: str
    estimated_rows: str
    measured: str
    measured_rows: str


def figure_rows(histories: Sequence[History]) -> list[FigureRow]:
    """Return each figure of the month."""
    return [_figure_row(each) for each in histories]


def _figure_row(history: History) -> FigureRow:
    readings = {series.key: series.readings for series in history.series}
    level = history.level
    estimated, measured = (readings.get(key, ()) for key in ("estimated", "measured"))
    return FigureRow(
        name=history.title,
        reference=_words(history, level.value, level.low, level.high) if level else "—",
        estimated=_mean_words(history, estimated),
        estimated_rows=number_words(sum(each.rows for each in estimated)),
        measured=_mean_words(history, measured),
        measured_rows=number_words(sum(each.rows for each in measured)),
    )


def _mean_words(history: History, readings: Sequence[Reading]) -> str:
    return _words(history, *mean_of(readings)) if readings else "—"


def mean_of(readings: Sequence[Reading]) -> tuple[float, float | None, float | None]:
    """Return the mean of windows, each weighing as many rows as it has, with the ends of its interval.

    Windows have no row in common, so that the squares of their half-widths add up. Without the interval of one there
    is none of all.
    """
    rows = sum(each.rows for each in readings) or len(readings)
    weights = [(each.rows or 1) / rows for each in readings]
    value = sum(weight * each.value for weight, each in zip(weights, readings, strict=True))
    ends = []
    for sign, side in ((-1, "low"), (1, "high")):
        known = [getattr(each, side) for each in readings]
        if any(end is None for end in known):
            return value, None, None
        off = ((weight * (end - each.value)) ** 2 for weight, end, each in zip(weights, known, readings, strict=True))
        ends.append(value + sign * sum(off) ** 0.5)
    return value, ends[0], ends[1]


def _words(history: History, value: float, low: float | None, high: float | None) -> str:
    def written(number: float) -> str:
        return percent_words(number) if history.unit is Unit.SHARE else number_words(number, 4)

    if low is None or high is None:
        return written(value)
    ends = {"value": written(value), "low": written(low), "high": written(high)}
    return _("%(value)s (%(low)s to %(high)s)") % ends


def work_rows(windows: Sequence[Seen]) -> list[tuple[str, str]]:
    """Return what was asked in the month, and how fast it was answered."""
    told = [each.report.operations for each in windows if each.report.operations is not None]
    if not told:
        return []
    rows = [
        (_("Rows"), number_words(sum(each.rows for each in told))),
        (_("Requests"), number_words(sum(each.requests for each in told))),
    ]
    half = [each.p50_ms for each in told if each.p50_ms is not None]
    most = [each.p95_ms for each in told if each.p95_ms is not None]
    if half and most:
        rows.append((_("Half answered within, in the middle window"), _ms(median(half))))
        rows.append((_("95 of 100 answered within, in the slowest window"), _ms(max(most))))
    waits = [each.wait_p95_ms for each in told if each.wait_p95_ms is not None]
    if waits:
        rows.append((_("95 of 100 waited for a worker, in the slowest window"), _ms(max(waits))))
    cost = [each.compute_ms for each in told if each.compute_ms]
    if cost:
        rows.append((_("Time of the model for a row"), _ms(median(cost))))
    refused = sum(each.report.refused.rows for each in windows if each.report.refused is not None)
    if refused:
        share = refused / (refused + sum(each.report.rows for each in windows))
        rows.append((_("Rows refused"), f"{number_words(refused)} ({percent_words(share)})"))
    return rows


def _ms(value: float) -> str:
    return _("%(number)s ms") % {"number": number_words(value, 3)}
