"""Logs closed windows and reports of months to the tracking server of the house, each once.

An endpoint is an experiment there, a version a run. What late outcomes changed of a window is logged once more, at the
same step.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.conf import settings

from webapp.endpoints.models import Endpoint
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.monitoring.month import Month
from webapp.monitoring.running import LOOKED_BACK_MAX
from webapp.records.models import to_ms
from webapp.registry.models import ModelVersion
from webapp.retraining.models import LoggedWindow, TrackedRun
from webapp.retraining.month_files import month_file
from webapp.retraining.tracking_server import Metric, Run, TrackingError, TrackingServer
from webapp.retraining.window_metrics import metrics_of

logger = logging.getLogger(__name__)

AGAIN_AFTER: Final = timedelta(minutes=10)
"""So long after a failure nothing is tried."""

WINDOWS_AT_ONCE: Final = 20
REPORT: Final = "bastide-last-window.json"
MONTH: Final = "bastide-month-{month}.{language}.html"
WINDOW_LASTS: Final = timedelta(days=31)
ENDPOINT_TAG: Final = "bastide.endpoint"
VERSION_TAG: Final = "bastide.version"


def log_due(now: datetime) -> int:
    """Log what is not logged yet, or otherwise, a few windows of each version. Return how many.

    A failure is kept for the page.
    """
    if not settings.MLFLOW_TRACKING_URI:
        return 0
    server = TrackingServer.at(settings.MLFLOW_TRACKING_URI)
    pairs = MonitoredWindow.objects.closed().order_by().values_list("endpoint", "version").distinct()
    return sum(_log_version(server, *pair, now) for pair in pairs)


def _log_version(server: TrackingServer, endpoint_id: int, version_id: int, now: datetime) -> int:
    endpoint, version = Endpoint.objects.get(pk=endpoint_id), ModelVersion.objects.get(pk=version_id)
    tracked, _ = TrackedRun.objects.get_or_create(endpoint=endpoint, version=version)
    if tracked.failed_at is not None and now - tracked.failed_at < AGAIN_AFTER:
        return 0
    windows = MonitoredWindow.objects.of(endpoint, version).closed().order_by("begins_at")
    if tracked.logged_until is not None:
        windows = windows.filter(begins_at__gt=tracked.logged_until)
    due = list(windows[:WINDOWS_AT_ONCE])
    try:
        for window in due:
            _log(server, tracked, window, now)
        changed = _log_changed(server, tracked, now) if len(due) < WINDOWS_AT_ONCE else 0
        if len(due) < WINDOWS_AT_ONCE and (month := _month_due(tracked, now)):
            _log_month(server, tracked, month)
    except (TrackingError, OSError, KeyError, IndexError) as error:
        said = str(error) or type(error).__name__
        logger.warning("The tracking server did not take a window of %s: %s", endpoint.name, said)
        tracked.mark_failed(said, now)
        return 0
    return len(due) + changed


def _log(server: TrackingServer, tracked: TrackedRun, window: MonitoredWindow, now: datetime) -> None:
    """Log what of a window is not logged yet, or otherwise."""
    report = window.report
    run = _run(server, tracked, to_ms(window.begins_at))
    logged = _logged(tracked, window)
    metrics = _unlogged(logged, window)
    is_last = tracked.logged_until is None or window.begins_at >= tracked.logged_until
    server.log(run, metrics, {"bastide.state": report.verdict.state.value} if is_last else {})
    if is_last:
        server.keep_file(run, REPORT, msgspec.json.format(msgspec.json.encode(report)))
    logged.mark_logged({each.key: each.value for each in metrics})
    tracked.mark_logged(window.begins_at, now)


def _log_changed(server: TrackingServer, tracked: TrackedRun, now: datetime) -> int:
    """Log again what windows show otherwise since it was logged: outcomes came late. Return of how many."""
    of_version = MonitoringRun.objects.of(tracked.endpoint, tracked.version)
    run = of_version.filter(ended_at__isnull=False).order_by("-pk").values_list("pk", flat=True).first()
    if run is None or run == tracked.compared_run or tracked.logged_until is None:
        return 0
    windows = MonitoredWindow.objects.of(tracked.endpoint, tracked.version).closed().with_reports()
    windows = windows.filter(begins_at__lte=tracked.logged_until)[:LOOKED_BACK_MAX]
    changed = [window for window in windows if _unlogged(_logged(tracked, window), window)]
    for window in reversed(changed[-WINDOWS_AT_ONCE:]):
        _log(server, tracked, window, now)
    if len(changed) <= WINDOWS_AT_ONCE:
        tracked.mark_compared(run)
        kept = tracked.windows.values_list("pk", flat=True)[:LOOKED_BACK_MAX]
        tracked.windows.exclude(pk__in=list(kept)).delete()
    return min(len(changed), WINDOWS_AT_ONCE)


def _logged(tracked: TrackedRun, window: MonitoredWindow) -> LoggedWindow:
    """Return what of a window is logged."""
    known = tracked.windows.filter(begins_at=window.begins_at).first()
    before = MonitoredWindow.objects.of(tracked.endpoint, tracked.version).filter(begins_at__lt=window.begins_at)
    return known or LoggedWindow(tracked=tracked, begins_at=window.begins_at, step=before.count())


def _unlogged(logged: LoggedWindow, window: MonitoredWindow) -> list[Metric]:
    metrics = metrics_of(window.report, logged.step, logged.revision)
    return [each for each in metrics if logged.figures.get(each.key) != each.value]


def _month_due(tracked: TrackedRun, now: datetime) -> Month | None:
    """Return the first month in which the version answered, that is complete, and whose report is not there yet.

    It is complete once it is over and each of its windows is closed; an endpoint that fell silent is waited for no more
    than a window can last.
    """
    of_version = MonitoredWindow.objects.of(tracked.endpoint, tracked.version).order_by("begins_at")
    months = {str(month): month for month in map(Month.of, of_version.values_list("begins_at", flat=True))}
    for name, month in months.items():
        if name <= tracked.logged_month:
            continue
        if now < month.next.begins_at:
            return None
        theirs = MonitoredWindow.objects.filter(endpoint=tracked.endpoint, is_open=True)
        is_under_way = theirs.filter(begins_at__gte=month.begins_at, begins_at__lt=month.next.begins_at).exists()
        return None if is_under_way and now < month.next.begins_at + WINDOW_LASTS else month
    return None


def _log_month(server: TrackingServer, tracked: TrackedRun, month: Month) -> None:
    run = _run(server, tracked, to_ms(month.begins_at))
    for language, _ in settings.LANGUAGES:
        server.keep_file(
            run, MONTH.format(month=month, language=language), month_file(tracked.endpoint, month, language)
        )
    tracked.mark_month(str(month))


def _run(server: TrackingServer, tracked: TrackedRun, started_ms: int) -> Run:
    if tracked.run_id:
        return Run(run_id=tracked.run_id, experiment_id=tracked.experiment_id, artifacts=tracked.artifacts)
    version = tracked.version
    experiment = server.experiment(f"bastide/{tracked.endpoint.name}")
    name = f"{version.model.name} {version.number}"
    tags = {ENDPOINT_TAG: tracked.endpoint.name, VERSION_TAG: name}
    run = server.run(experiment, name, started_ms, tags)
    tracked.mark_found(run.experiment_id, run.run_id, run.artifacts)
    return run
