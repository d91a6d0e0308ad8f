"""Logs closed windows and reports of months to the tracking server of the house, each once.

An endpoint is an experiment there, a version a run.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.conf import settings

from webapp.endpoints.models import Endpoint
from webapp.monitoring.models import MonitoredWindow
from webapp.monitoring.month import Month
from webapp.records.models import to_ms
from webapp.registry.models import ModelVersion
from webapp.retraining.models import TrackedRun
from webapp.retraining.month_files import month_file
from webapp.retraining.tracking_server import Run, TrackingError, TrackingServer
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
    """Log what is not logged yet, a few windows of each version. Return how many; a failure is kept for the page."""
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
        if len(due) < WINDOWS_AT_ONCE and (month := _month_due(tracked, now)):
            _log_month(server, tracked, month)
    except (TrackingError, OSError, KeyError, IndexError) as error:
        said = str(error) or type(error).__name__
        logger.warning("The tracking server did not take a window of %s: %s", endpoint.name, said)
        tracked.mark_failed(said, now)
        return 0
    return len(due)


def _log(server: TrackingServer, tracked: TrackedRun, window: MonitoredWindow, now: datetime) -> None:
    report = window.report
    run = _run(server, tracked, to_ms(window.begins_at))
    step = MonitoredWindow.objects.of(tracked.endpoint, tracked.version).filter(begins_at__lt=window.begins_at).count()
    server.log(run, metrics_of(report, step), {"bastide.state": report.verdict.state.value})
    server.keep_file(run, REPORT, msgspec.json.format(msgspec.json.encode(report)))
    tracked.mark_logged(window.begins_at, now)


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
