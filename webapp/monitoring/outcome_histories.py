"""Histories of how good the answers probably are, how good they were, what is known of outcomes, and what it took."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _

from webapp.monitoring.histories import History, Level, Reading, Seen, Series, Unit
from webapp.plots.timelines import Look
from webapp.predictions.about import SHARES, name_of
from worker.contract.manifest import Manifest, Quality
from worker.contract.monitoring_run import Operations

FIGURES: Final = ("accuracy", "f1", "auc", "brier", "calibration_error", "mae", "rmse", "r2")
"""In the order of the page; a classifier has the first five, a regression the others."""

LOWEST_IS_BEST: Final = frozenset({"brier", "calibration_error", "mae", "rmse"})


def performance_histories(windows: Sequence[Seen], manifest: Manifest) -> list[History]:
    """Return each figure: estimated with its band, measured with its interval, and what it was on the reference."""
    found = [_performance(name, windows, manifest) for name in FIGURES]
    return [each for each in found if each is not None]


def _performance(name: str, windows: Sequence[Seen], manifest: Manifest) -> History | None:
    estimated = tuple(
        Reading(seen=seen, rows=each.rows, value=each.value, low=each.low, high=each.high)
        for seen in windows
        for each in seen.report.estimated
        if each.name == name
    )
    measured = tuple(
        Reading(seen=seen, rows=_known(seen), value=each.value, low=each.low, high=each.high)
        for seen in windows
        for each in seen.report.realised
        if each.name == name
    )
    if not (estimated or measured):
        return None
    series = [
        Series(key="estimated", name=_("estimated, ±3 standard errors"), look=Look.STEPS, readings=estimated),
        Series(key="measured", name=_("measured, 95 % interval"), look=Look.POINTS, readings=measured),
    ]
    reference = next((each for each in manifest.quality if each.name == name), None)
    about = reference or _about(name, windows)
    return History(
        subject=name,
        title=name_of(about),
        axis=about.unit,
        series=tuple(each for each in series if each.readings),
        unit=Unit.SHARE if name in SHARES else Unit.NUMBER,
        level=Level(value=reference.value, low=reference.low, high=reference.high) if reference else None,
        from_nothing=name in LOWEST_IS_BEST,
    )


def _about(name: str, windows: Sequence[Seen]) -> Quality:
    told = (each for seen in reversed(windows) for each in seen.report.realised if each.name == name)
    return next(told, Quality(name=name, value=0.0))


def _known(seen: Seen) -> int:
    return seen.report.coverage.known if seen.report.coverage else 0


def interval_history(windows: Sequence[Seen]) -> History | None:
    """Return how many outcomes were within the interval of their answer; None where there are no such intervals."""
    found = [(seen, seen.report.interval) for seen in windows]
    told = [(seen, each) for seen, each in found if each is not None]
    readings = tuple(
        Reading(seen=seen, rows=each.known, value=each.share, low=each.low, high=each.high)
        for seen, each in told
        if each.share is not None
    )
    if not readings:
        return None
    level = told[-1][1].level
    return History(
        subject="interval",
        title=_("Outcomes within the interval of their answer"),
        axis=_("share of the outcomes"),
        series=(Series(key="within", name=_("measured, 95 % interval"), look=Look.POINTS, readings=readings),),
        unit=Unit.SHARE,
        level=Level(value=level),
        from_nothing=False,
    )


def coverage_histories(windows: Sequence[Seen]) -> list[History]:
    """Return of how many rows the outcome is known, and how late half of these came."""
    told = [(seen, seen.report.coverage) for seen in windows]
    known = [(seen, each) for seen, each in told if each is not None and each.rows]
    if not any(each.known for _seen, each in known):
        return []
    fair = [Reading.share(seen, each.known, each.rows) for seen, each in known if not each.is_biased]
    biased = [Reading.share(seen, each.known, each.rows) for seen, each in known if each.is_biased]
    series = [Series(key="known", name=_("known"), look=Look.STEPS, readings=tuple(fair))]
    series.append(
        Series(key="known_biased", name=_("known, and no fair sample"), look=Look.POINTS, readings=tuple(biased))
    )
    late = tuple(
        Reading(seen=seen, rows=each.known, value=each.delay_s / 86_400)
        for seen, each in known
        if each.delay_s is not None
    )
    delay = Series(key="delay_days", name=_("half came within"), look=Look.STEPS, readings=late)
    return [
        History(subject="coverage", title=_("Outcomes known"), axis=_("share of the rows"), unit=Unit.SHARE,
                series=tuple(each for each in series if each.readings)),
        History(subject="delay", title=_("How late they came"), axis=_("days"), series=(delay,)),
    ]  # fmt: skip  # one thought a line


def work_histories(windows: Sequence[Seen]) -> list[History]:
    """Return how much was asked, how long it took, and what a row costs of the model's own time."""
    told = [(seen, seen.report.operations) for seen in windows]
    known = [(seen, each) for seen, each in told if each is not None]
    if not known:
        return []
    asked = tuple(Reading(seen=seen, rows=each.rows, value=each.rows / seen.days) for seen, each in known)
    half = tuple(Reading(seen=s, rows=each.rows, value=each.p50_ms) for s, each in known if each.p50_ms is not None)
    most = tuple(Reading(seen=s, rows=each.rows, value=each.p95_ms) for s, each in known if each.p95_ms is not None)
    waited = [_waits(known, "wait_p50_ms"), _waits(known, "wait_p95_ms")]
    cost = tuple(Reading(seen=s, rows=each.rows, value=each.compute_ms) for s, each in known if each.compute_ms)
    found = [
        History(subject="rows", title=_("Rows a day"), axis="", unit=Unit.COUNT,
                series=(Series(key="rows_a_day", name=_("rows"), look=Look.STEPS, readings=asked),)),
        History(subject="latency", title=_("Answered within"), axis=_("milliseconds"),
                series=(Series(key="p50_ms", name=_("half of the rows"), look=Look.STEPS, readings=half),
                        Series(key="p95_ms", name=_("95 of 100"), look=Look.DASHED, readings=most))),
        History(subject="queue", title=_("Waited for a worker"), axis=_("milliseconds"),
                series=(Series(key="wait_p50_ms", name=_("half of the rows"), look=Look.STEPS, readings=waited[0]),
                        Series(key="wait_p95_ms", name=_("95 of 100"), look=Look.DASHED, readings=waited[1]))),
        History(subject="cost", title=_("Time of the model for a row"), axis=_("milliseconds"),
                series=(Series(key="compute_ms", name=_("mean"), look=Look.STEPS, readings=cost),)),
        History(subject="refused", title=_("Refused, of all rows asked"), axis=_("share of the rows"), unit=Unit.SHARE,
                series=(Series(key="refused", name=_("share, with its interval"), look=Look.STEPS,
                               readings=_refused(windows)),)),
    ]  # fmt: skip  # as above
    return [each for each in found if each.readings]


def _waits(known: Sequence[tuple[Seen, Operations]], name: str) -> tuple[Reading, ...]:
    waits = ((seen, each.rows, getattr(each, name)) for seen, each in known)
    return tuple(Reading(seen=seen, rows=rows, value=wait) for seen, rows, wait in waits if wait is not None)


def _refused(windows: Sequence[Seen]) -> tuple[Reading, ...]:
    """Return the share of the rows that were refused; nothing where none ever was."""
    counts = [(seen, seen.report.refused.rows if seen.report.refused else 0, seen.report.rows) for seen in windows]
    if not any(refused for _seen, refused, _answered in counts):
        return ()
    return tuple(Reading.share(seen, refused, refused + rows) for seen, refused, rows in counts if refused + rows)
