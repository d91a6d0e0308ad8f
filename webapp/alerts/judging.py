"""Which rules hold for the version behind an endpoint, by what the looks found: nothing is guessed.

A rule that is not in an answer cannot be judged now, for there is not enough data; None says that it does not hold.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from webapp.alerts.models import AlertSettings
from webapp.alerts.sightings import CHECKS, Rule, Sighting
from webapp.endpoints.models import Deployment
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.monitoring.worsening import WINDOWS_MAX, Worsening, reference_of, telling, worsening
from webapp.records.models import to_ms
from worker.contract.monitoring import LOOKED_AT, REPEATED, Found, State, Subject
from worker.contract.monitoring_run import WindowReport
from worker.contract.since import since

SINCE_MAX: Final = 60
MISSED: Final = 2
MISSING_AFTER: Final = timedelta(hours=1)
"""A look that nobody answers is lost after hours only; two in a row, and the second for an hour, are no chance."""

Judgements = dict[Rule, Sighting | None]
Seen = list[tuple[MonitoredWindow, WindowReport]]


def judge(champion: Deployment, wishes: AlertSettings, now: datetime) -> tuple[Judgements, MonitoredWindow | None]:
    """Return which rules hold for a champion, and the window that says so."""
    closed = MonitoredWindow.objects.of_champion(champion).closed().with_reports()[:WINDOWS_MAX]
    seen = [(window, window.report) for window in closed]
    found: Judgements = {Rule.SILENT: _silence(champion, wishes, now)}
    if champion.endpoint.keeps_journal:
        found |= _data(champion, seen) | _outcomes(champion, seen) | _looks(champion, now)
    else:
        found |= dict.fromkeys((Rule.LOOK_FAILED, Rule.LOOK_MISSING))
    return found, seen[0][0] if seen else None


def _data(champion: Deployment, seen: Seen) -> Judgements:
    """Judge the last closed window: too few rows say neither that something holds nor that it has ended."""
    if not seen or seen[0][1].verdict.state is State.NOT_ENOUGH_DATA:
        return {}
    window, report = seen[0]
    faults = tuple(each for each in report.verdict.alarmed if each.kind in CHECKS)
    changes = tuple(each for each in report.verdict.alarmed if each.kind not in CHECKS)
    return {
        rule: Sighting(subjects=subjects, since_ms=_since(champion, window, subjects), rows=report.rows)
        if subjects
        else None
        for rule, subjects in ((Rule.CHANGED, changes), (Rule.DATA_FAULT, faults))
    }


def _since(champion: Deployment, last: MonitoredWindow, subjects: Sequence[Subject]) -> int:
    """Return the moment at which the first of these began."""
    windows = MonitoredWindow.objects.of_champion(champion).closed()
    upto = list(reversed(windows.filter(begins_at__lte=last.begins_at)[:SINCE_MAX]))
    founds = [msgspec.convert(window.report_json["found"], Found) for window in upto]
    return to_ms(upto[since(founds, subjects)].begins_at)


def _outcomes(champion: Deployment, seen: Seen) -> Judgements:
    """Judge the last windows of which enough outcomes are known."""
    reports = [report for _, report in seen]
    known = telling(reports)
    found = _repeated(Rule.BIASED, known[:LOOKED_AT], _bias)
    reference = reference_of(champion.version)
    if reference is not None and known:
        worse = worsening(reports[::-1], reference)
        if worse is None or worse.is_repeated:
            found[Rule.WORSE] = None if worse is None else _worse(worse)
    return found


def _repeated(
    rule: Rule, newest_first: Sequence[WindowReport], look: Callable[[WindowReport], Sighting | None]
) -> Judgements:
    """Return that a rule holds if the newest window and another one show it; that it does not if the newest is well."""
    if not newest_first:
        return {}
    shown = [look(report) for report in newest_first]
    if shown[0] is None:
        return {rule: None}
    return {rule: shown[0]} if sum(each is not None for each in shown) >= REPEATED else {}


def _bias(report: WindowReport) -> Sighting | None:
    coverage = report.coverage
    if coverage is None or not coverage.is_biased:
        return None
    return Sighting(known=coverage.known, rows=coverage.rows, since_ms=report.begins_ms)


def _worse(found: Worsening) -> Sighting:
    figure, reference, coverage = found.last.figure, found.last.reference, found.last.coverage
    return Sighting(
        figure=figure.name,
        unit=reference.unit,
        value=figure.value,
        low=figure.low or 0.0,
        high=figure.high or 0.0,
        reference=reference.value,
        reference_low=reference.low or 0.0,
        reference_high=reference.high or 0.0,
        known=coverage.known,
        rows=coverage.rows,
        is_biased=coverage.is_biased,
        since_ms=found.since_ms,
    )


def _looks(champion: Deployment, now: datetime) -> Judgements:
    """Judge the last looks: whether they come to something, and whether anybody answers at all."""
    runs = list(MonitoringRun.objects.of(champion.endpoint, champion.version)[: 2 * MISSED])
    answered = [run for run in runs if run.ended_at is not None]
    found: Judgements = {}
    if answered:
        failed = [run.reason for run in answered[:REPEATED]]
        if failed[0] is None:
            found[Rule.LOOK_FAILED] = None
        elif len(failed) == REPEATED and all(failed):
            found[Rule.LOOK_FAILED] = Sighting(reason=failed[0], since_ms=to_ms(answered[-1].asked_at))
    if runs and runs[0].ended_at is not None:
        found[Rule.LOOK_MISSING] = None
    lost = [run for run in runs[:MISSED] if run.ended_at is None]
    if len(lost) == MISSED and lost[0].asked_at <= now - MISSING_AFTER:
        hours = int((now - lost[-1].asked_at).total_seconds() // 3600)
        found[Rule.LOOK_MISSING] = Sighting(hours=hours, since_ms=to_ms(lost[-1].asked_at))
    return found


def last_rows_at(champion: Deployment) -> datetime | None:
    """Return when rows of a champion were last answered, as far as the looks have seen; None before any were."""
    window = MonitoredWindow.objects.of(champion.endpoint, champion.version).order_by("-ends_at").first()
    return window.ends_at if window else None


def _silence(champion: Deployment, wishes: AlertSettings, now: datetime) -> Sighting | None:
    if wishes.silent_days is None or not champion.endpoint.keeps_journal:
        return None
    rows_at = last_rows_at(champion)
    last = max(rows_at, champion.deployed_at) if rows_at else champion.deployed_at
    if now - last < timedelta(days=wishes.silent_days):
        return None
    return Sighting(days=(now - last).days, since_ms=to_ms(last))
