"""The page of an endpoint's health: is it right still, since when not, what changed, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import formats, timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.endpoints.models import Deployment
from webapp.monitoring.change_words import subject_words
from webapp.monitoring.changes import change_rows, feature_rows, seasonal_words, slice_row
from webapp.monitoring.health_pictures import pictures_context
from webapp.monitoring.histories import WINDOWS_MAX, all_seen
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.monitoring.month import Month
from webapp.monitoring.refused import refused_rows
from webapp.monitoring.working import operations_rows
from webapp.monitoring.worsening import Worsening, reference_of, worsening, worsening_words
from webapp.predictions.numbers import number_words, percent_words
from webapp.predictions.quality import QualityRow, calibration_of, quality_rows
from webapp.records.data_plane_words import TEMPLATES
from webapp.sentences import say
from worker.contract.manifest import Quality
from worker.contract.monitoring import State, Subject
from worker.contract.monitoring_run import WindowReport
from worker.contract.since import since

WINDOWS_SHOWN: Final = 30
NOTHING: Final = "—"
IN_UNITS: Final = frozenset({"mae", "rmse"})
"""Figures in the unit of what is predicted."""

SIGNS: Final = {
    State.STEADY: "good",
    State.WATCHED: "warning",
    State.CHANGED: "bad",
    State.NOT_ENOUGH_DATA: "unknown",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WindowRow:
    """One window in the table of all."""

    when: str
    rows: str
    state: str
    words: str
    estimated: str
    realised: str
    coverage: str
    p95: str
    refused: str


def health_context(champion: Deployment) -> dict[str, Any]:
    """Return what the page shows of the champion of an endpoint. Of one that came back, the past is no verdict."""
    endpoint, version = champion.endpoint, champion.version
    drawn = list(MonitoredWindow.objects.of(endpoint, version).with_reports()[:WINDOWS_MAX])
    windows, came_back = drawn[:WINDOWS_SHOWN], champion.came_back
    recent = [each for each in windows if each.ends_at > champion.deployed_at] if came_back else windows
    closed = [window for window in recent if not window.is_open]
    last = next(iter(closed or recent), None)
    run = MonitoringRun.objects.of(endpoint, version).first()
    context: dict[str, Any] = {"endpoint": endpoint, "version": version, "problem": _problem(run)}
    context |= {"is_looking": run is not None and run.ended_at is None}
    if last is None:
        return context | {"state": "unknown", "sentence": _nothing(champion, came_back=came_back)}
    report = last.report
    reference = reference_of(version)
    found = worsening([each.report for each in reversed(closed)], reference)
    context |= {"state": _sign(report, found), "sentence": _lead(report, recent, last, found)}
    context |= {"worsening": found, "windows": [_window_row(each, reference) for each in windows]}
    context |= {"window": last, "report": report, "changes": change_rows(report), "when": _span(last)}
    context |= {"features": feature_rows(report, version)}
    context |= {
        "estimated": _estimated(report, version.manifest.signature.output.unit),
        "seasonal": seasonal_words(report),
    }
    context |= {"operations": operations_rows(report), "refused": refused_rows(report)}
    context |= _outcomes(closed or recent, last)
    return context | pictures_context(all_seen(drawn), version) | {"month": Month.of(last.begins_at)}


def _nothing(champion: Deployment, *, came_back: bool) -> str:
    if not came_back:
        return _("Nothing has been looked at yet.")
    facts = {"number": champion.version.number, "day": _day(champion.deployed_at)}
    return _("Version %(number)s answers again since %(day)s. Nothing has been looked at since then.") % facts


def _outcomes(windows: Sequence[MonitoredWindow], last: MonitoredWindow) -> dict[str, Any]:
    """Return how good the answers were, in the last window of which outcomes are known: they come late."""
    told = next((each for each in windows if each.report.realised), last)
    report = told.report
    return {
        "outcomes_when": "" if told == last else _span(told),
        "realised": quality_rows(report.realised),
        "calibration": calibration_of(report.calibration),
        "slices": [slice_row(each) for each in report.slices],
        "coverage": _coverage_words(report),
    }


def _problem(run: MonitoringRun | None) -> str:
    """Return why the last look came to nothing."""
    reason = run.reason if run is not None else None
    return "" if reason is None else say(TEMPLATES, reason.template, reason.facts) or str(reason)


def sentence(report: WindowReport, windows: Sequence[MonitoredWindow], last: MonitoredWindow) -> str:
    """Return how the endpoint is, in a sentence."""
    verdict = report.verdict
    if verdict.state is State.NOT_ENOUGH_DATA:
        facts = {"rows": number_words(verdict.rows), "needed": number_words(verdict.rows_needed)}
        return _("Not enough data yet: %(rows)s of %(needed)s rows.") % facts
    if verdict.state is State.STEADY:
        facts = {"rows": number_words(report.rows)}
        return _("Nothing unusual in the last %(rows)s rows.") % facts
    names = _names(verdict.alarmed or verdict.watched)
    if verdict.state is State.WATCHED:
        return _("Something new, seen once: %(names)s. If the next window shows it again, it is an alarm.") % {
            "names": names
        }
    return _("Changed since %(day)s: %(names)s.") % {"day": _since(report, windows, last), "names": names}


def _sign(report: WindowReport, found: Worsening | None) -> str:
    if found is None or report.verdict.state is State.CHANGED:
        return SIGNS[report.verdict.state]
    return "bad" if found.is_repeated else "warning"


def _lead(
    report: WindowReport, windows: Sequence[MonitoredWindow], last: MonitoredWindow, found: Worsening | None
) -> str:
    """Return how the endpoint is: first how right its answers are, where they are less right, then its data."""
    if found is None:
        return sentence(report, windows, last)
    is_steady = report.verdict.state is State.STEADY
    words = worsening_words(found, are_rows_as_before=is_steady and bool(report.features))
    return words if is_steady else f"{words} {sentence(report, windows, last)}"


def _names(subjects: Sequence[Subject]) -> str:
    return get_text_list(list(dict.fromkeys(subject_words(each.kind, each.name) for each in subjects)), _("and"))


def _since(report: WindowReport, windows: Sequence[MonitoredWindow], last: MonitoredWindow) -> str:
    """Return the day on which what is alarmed about began."""
    upto = list(reversed(windows[list(windows).index(last) :]))
    return _day(upto[since([each.report.found for each in upto], report.verdict.alarmed)].begins_at)


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "j F Y")


def _span(window: MonitoredWindow) -> str:
    begins, ends = _day(window.begins_at), _day(window.ends_at)
    return begins if begins == ends else _("%(begin)s to %(end)s") % {"begin": begins, "end": ends}


def _estimated(report: WindowReport, unit: str) -> tuple[QualityRow, ...]:
    figures = [
        Quality(
            name=each.name,
            value=each.value,
            low=each.low,
            high=each.high,
            unit=unit if each.name in IN_UNITS else "",
        )
        for each in report.estimated
    ]
    return quality_rows(figures)


def _window_row(window: MonitoredWindow, reference: Quality | None) -> WindowRow:
    report = window.report
    is_worse = worsening([report], reference) is not None
    sign = SIGNS[report.verdict.state]
    coverage = report.coverage
    operations = report.operations
    return WindowRow(
        when=_span(window),
        rows=number_words(window.rows),
        state="busy" if window.is_open else ("warning" if is_worse and sign != "bad" else sign),
        words=_("still open") if window.is_open else _state_words(report, is_worse=is_worse),
        estimated=_first([Quality(name=each.name, value=each.value) for each in report.estimated]),
        realised=_first(report.realised),
        coverage=percent_words(coverage.share) if coverage else NOTHING,
        p95=number_words(operations.p95_ms, 3) if operations and operations.p95_ms is not None else NOTHING,
        refused=percent_words(report.refused_share) if report.refused else NOTHING,
    )


def _state_words(report: WindowReport, *, is_worse: bool) -> str:
    state = report.verdict.state
    if is_worse:
        names = _names(report.verdict.alarmed or report.verdict.watched)
        return ", ".join(filter(None, (names, _("less right"))))
    if state is State.NOT_ENOUGH_DATA:
        return _("not enough data")
    if state is State.STEADY:
        return _("nothing unusual")
    return _names(report.verdict.alarmed or report.verdict.watched)


UNFAIR: Final = gettext_noop(
    "They are no fair sample: the answers to these rows are otherwise than to the rest. What is measured on them does "
    "not hold for all."
)
LEADING: Final = ("accuracy", "mae")


def _first(figures: Sequence[Quality]) -> str:
    """Return the figure that owners know, in words."""
    found = next((each for each in figures if each.name in LEADING), None)
    if found is None:
        return NOTHING
    return percent_words(found.value) if found.name == "accuracy" else number_words(found.value, 4)


def _coverage_words(report: WindowReport) -> list[str]:
    """Return of how many rows the outcome is known, how late, and whether these stand for all."""
    coverage = report.coverage
    if coverage is None or not coverage.known:
        return []
    facts = {
        "known": number_words(coverage.known),
        "rows": number_words(coverage.rows),
        "share": percent_words(coverage.share),
    }
    words = [_("The outcome of %(known)s of %(rows)s rows is known (%(share)s).") % facts]
    if coverage.delay_s is not None:
        days = coverage.delay_s / 86_400
        words.append(_("Half of them came within %(days)s days.") % {"days": number_words(round(days, 1))})
    if coverage.is_biased:
        words.append(_(UNFAIR))
    return words
