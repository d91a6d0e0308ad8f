"""The figures of an endpoint's windows as CSV: a line for each figure of each window, numbers as machines read them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from webapp.endpoints.models import Endpoint
from webapp.monitoring.drift_histories import ALL_FEATURES, answer_histories, limit_of
from webapp.monitoring.histories import History, Seen, seen_windows
from webapp.monitoring.outcome_histories import (
    coverage_histories,
    interval_history,
    performance_histories,
    work_histories,
)
from webapp.registry.models import ModelVersion
from webapp.registry.profiles import profile_of
from worker.contract.monitoring import DomainDrift, FeatureDrift

COLUMNS: Final = (
    "endpoint", "version", "window_begins", "window_ends", "is_open", "subject", "figure", "n", "value", "low", "high",
    "reference",
)  # fmt: skip  # as they stand in the file
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would compute a cell of text that begins so."""

Cell = str | float | int | None
Figure = tuple[str, str, int, Cell, Cell, Cell, Cell]
"""Subject, figure, n, value, low, high, reference."""

Of = Callable[[Sequence[Seen], ModelVersion], Iterable[tuple[Seen, Figure]]]


class _Echo:
    def write(self, line: str) -> str:
        return line


def lines(endpoint: Endpoint, version: ModelVersion, kind: str) -> Iterator[str]:
    """Yield the lines of one file; KeyError for a kind that there is not."""
    figures = FILES[kind](seen_windows(endpoint, version), version)
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for seen, figure in figures:
        moments = (seen.begins_at.isoformat(), seen.ends_at.isoformat(), str(seen.is_open).lower())
        yield writer.writerow([endpoint.name, version.number, *moments, *map(_cell, figure)])


def _cell(value: Cell) -> Cell:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value


def of_histories(histories: Iterable[History]) -> Iterator[tuple[Seen, Figure]]:
    """Yield the readings of histories."""
    for history in histories:
        reference = history.level.value if history.level else None
        for series in history.series:
            for each in series.readings:
                yield each.seen, (history.subject, series.key, each.rows, each.value, each.low, each.high, reference)


def _features(windows: Sequence[Seen], _version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    for seen in windows:
        weights = dict(seen.report.ranking)
        for each in seen.report.features:
            yield from ((seen, figure) for figure in _of_drift(each))
            yield seen, (each.name, "drift_times_importance", each.rows, weights.get(each.name), None, None, None)
        if seen.report.domain is not None:
            yield seen, _of_domain(seen.report.domain)


def _of_domain(found: DomainDrift) -> Figure:
    """Return the area with the interval in which it lies by chance."""
    return ALL_FEATURES, "domain_area", found.rows, found.area, found.low, found.high, None


def _of_drift(each: FeatureDrift) -> Iterator[Figure]:
    """Yield the figures of a column; `high` of the index is the limit up to which it is no change."""
    yield each.name, "psi", each.rows, each.psi, None, limit_of(each), None
    yield each.name, each.test, each.rows, each.statistic, None, None, None
    yield each.name, "q", each.rows, each.q, None, None, None
    yield each.name, "jensen_shannon", each.rows, each.jensen_shannon, None, None, None
    if each.wasserstein is not None:
        yield each.name, "wasserstein", each.rows, each.wasserstein, None, None, None
    if each.median is not None:
        yield each.name, "median", each.rows, each.median, None, None, each.reference_median
    if each.mean is not None:
        yield each.name, "mean", each.rows, each.mean, None, None, None


def _answers(windows: Sequence[Seen], version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    yield from of_histories(answer_histories(windows, profile_of(version)))
    for seen in windows:
        for each in seen.report.predictions:
            yield from ((seen, figure) for figure in _of_drift(each))


def _data(windows: Sequence[Seen], _version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    for seen in windows:
        for each in seen.report.checks:
            yield seen, (each.feature, str(each.kind), each.rows, each.share, each.low, each.high, each.expected)


def _performance(windows: Sequence[Seen], version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    interval = interval_history(windows)
    yield from of_histories([*performance_histories(windows, version.manifest), *([interval] if interval else [])])


def _outcomes(windows: Sequence[Seen], _version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    return of_histories(coverage_histories(windows))


def _work(windows: Sequence[Seen], _version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    return of_histories(work_histories(windows))


def _calibration(windows: Sequence[Seen], _version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    """Yield what came true of each bin; `reference` is what was foretold."""
    for seen in windows:
        for at, each in enumerate(seen.report.calibration, 1):
            yield seen, (f"bin {at}", "came_true", each.rows, each.observed, each.low, each.high, each.foretold)


def _slices(windows: Sequence[Seen], _version: ModelVersion) -> Iterator[tuple[Seen, Figure]]:
    for seen in windows:
        for each in seen.report.slices:
            span = f"{'' if each.above is None else each.above!r} to {'' if each.most is None else each.most!r}"
            where = "missing" if each.is_missing else each.value or span
            subject = f"{each.feature}: {where}"
            yield seen, (subject, "loss", each.rows, each.loss, None, None, None)
            yield seen, (subject, "excess", each.rows, each.excess, each.low, each.high, None)
            yield seen, (subject, "q", each.rows, each.q, None, None, None)


FILES: Final[dict[str, Of]] = {
    "features": _features,
    "answers": _answers,
    "data": _data,
    "performance": _performance,
    "outcomes": _outcomes,
    "work": _work,
    "calibration": _calibration,
    "slices": _slices,
}
