"""Asks the data plane to look at what was answered, hourly and when somebody wishes, and takes in what it found."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
from django.db import transaction
from django.db.models import F
from kombu.exceptions import OperationalError

from webapp.celery import app
from webapp.endpoints.models import JOURNAL_DAYS, Deployment, DeploymentRole, Endpoint
from webapp.monitoring.models import KeptJournal, MonitoredWindow, MonitoredWindows, MonitoringRun
from webapp.records.arrivals import SERVED_WITHIN, mark_looked
from webapp.records.models import OutcomeArrival, to_ms
from webapp.registry.models import ModelVersion
from worker.contract import names
from worker.contract.journal_keeping import EndpointBounds, KeepOutcome, KeepRequest
from worker.contract.monitoring import DomainDrift, Found
from worker.contract.monitoring_run import (
    SPAN_MAX_S,
    ClosedWindow,
    KnownDomain,
    MonitorOutcome,
    MonitorRequest,
    WindowReport,
    span_max_s,
)

logger = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=1)
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

LOST_AFTER: Final = timedelta(hours=3)
"""A run that was not answered by then is asked for again."""

WAITED_FOR: Final = timedelta(minutes=10)
"""So long the next endpoint waits for a look at another one: an inspection waits for one look, never for all."""

FORMER_MAX: Final = 30
LOOKED_BACK_AT: Final = 30
"""So many closed windows are looked at again when outcomes have come, and nobody knows of which rows."""

LOOKED_BACK_MAX: Final = 120
"""So many at most, where that is known."""

RUNS_KEPT: Final = 50
MEGABYTE: Final = 1_000_000


class RunNotSentError(Exception):
    """Redis does not take the message."""


def ask_due(now: datetime) -> int:
    """Ask for a look at a version whose last one is an hour ago, unless one is under way. Return how many.

    Champions go first; then those that were, where outcomes of what they answered have come.
    """
    if MonitoringRun.objects.filter(ended_at=None, asked_at__gt=now - WAITED_FOR).exists():
        return 0
    champions = [
        (each.endpoint, each.version)
        for each in Deployment.objects.serving() & Deployment.objects.live_champions()
        if each.endpoint.keeps_journal
    ]
    due = [each for each in champions if _due_at(*each) <= now]
    due = due or [each for each in _former_champions(now) if each not in champions and _due_at(*each) <= now]
    if not due:
        return 0
    try:
        ask(*min(due, key=lambda each: _due_at(*each)), now)
    except RunNotSentError:
        return 0  # the next look at the clock tries again
    return 1


def _former_champions(now: datetime) -> list[tuple[Endpoint, ModelVersion]]:
    """Return versions that were champions lately, and of whose answers outcomes came since they were looked at."""
    ended = Deployment.objects.filter(role=DeploymentRole.CHAMPION, ended_at__gt=now - SERVED_WITHIN)
    ended = ended.filter(endpoint__is_active=True, endpoint__outcome_arrivals__digest=F("version__digest"))
    pairs = {(each.endpoint, each.version) for each in ended.select_related("endpoint", "version__model")}
    return [(endpoint, version) for endpoint, version in pairs if endpoint.keeps_journal]


def _due_at(endpoint: Endpoint, version: ModelVersion) -> datetime:
    last = MonitoringRun.objects.of(endpoint, version).first()
    if last is None:
        return NEVER
    return last.asked_at + (EVERY if last.ended_at else LOST_AFTER)


def ask(endpoint: Endpoint, version: ModelVersion, now: datetime, *, behind_ms: int | None = None) -> MonitoringRun:
    """Ask for a look at what a version answered; with `behind_ms`, at what it answered after that moment.

    Raise RunNotSentError if Redis does not take that.
    """
    closed = MonitoredWindow.objects.of(endpoint, version).closed()
    if behind_ms is None:
        again = _looked_back_at(endpoint, version, closed)
        from_ms = _from_ms(closed, again)
    else:
        again, from_ms = closed.filter(begins_at__gt=_moment(behind_ms)).count(), behind_ms + 1
    former, back = list(closed[again : again + FORMER_MAX]), list(closed[:again])
    run = MonitoringRun.objects.create(run_id=uuid4().hex, endpoint=endpoint, version=version, asked_at=now)
    request = MonitorRequest(
        run_id=run.run_id,
        endpoint=endpoint.name,
        digest=version.digest,
        now_ms=to_ms(now),
        from_ms=from_ms,
        seconds_max=span_max_s(endpoint.journal_days),
        former=tuple(_found(window) for window in reversed(former)),
        hashed=tuple(endpoint.hashed_features),
        closed=tuple(_closed(window) for window in reversed(back)),
        known=tuple(_known(back)),
    )
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_MONITOR, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        run.delete()
        raise RunNotSentError from error
    return run


def _looked_back_at(endpoint: Endpoint, version: ModelVersion, closed: MonitoredWindows) -> int:
    """Return how many closed windows are looked at again: from the one with the oldest row whose outcome came."""
    came = OutcomeArrival.objects.filter(endpoint=endpoint, digest=version.digest).first()
    if came is None:
        return 0
    known = 0 if came.since_ms is None else closed.filter(ends_at__gte=_moment(came.since_ms)).count()
    return max(min(known, LOOKED_BACK_MAX), 0 if came.are_all_known else LOOKED_BACK_AT)


def _from_ms(closed: MonitoredWindows, again: int) -> int:
    """Return the moment from which rows are looked at, the newest `again` of the closed windows once more."""
    spans = list(closed.values_list("begins_at", "ends_at")[: max(again, 1)])
    if not spans:
        return 0
    return to_ms(spans[-1][0]) if again else to_ms(spans[0][1]) + 1


def _found(window: MonitoredWindow) -> Found:
    return msgspec.convert(window.report_json["found"], Found)


def _closed(window: MonitoredWindow) -> ClosedWindow:
    begins_ms, ends_ms = to_ms(window.begins_at), to_ms(window.ends_at)
    return ClosedWindow(
        begins_ms=begins_ms,
        ends_ms=ends_ms,
        rows=window.rows,
        found=_found(window),
        seconds_max=window.report_json.get("seconds_max", SPAN_MAX_S),
    )


def _known(windows: Iterable[MonitoredWindow]) -> Iterator[KnownDomain]:
    for window in windows:
        found = window.report_json.get("domain")
        if found is not None:
            yield KnownDomain(begins_ms=to_ms(window.begins_at), domain=msgspec.convert(found, DomainDrift))


def record(outcome: MonitorOutcome, now: datetime) -> None:
    """Take in what a run found. An answer that nobody waits for (any more) is dropped."""
    run = MonitoringRun.objects.select_related("endpoint", "version").filter(run_id=outcome.run_id).first()
    if run is None or run.ended_at is not None:
        logger.warning("Nobody waits for the outcome of run %s; it is dropped.", outcome.run_id)
        return
    with transaction.atomic():
        run.ended_at, run.detail = now, outcome.detail
        run.reason_json = None if outcome.reason is None else msgspec.to_builtins(outcome.reason)
        run.save()
        reached = _reached(run, outcome)
        if outcome.reason is None:
            reached.filter(is_open=True).delete()
            for report in outcome.windows:
                if _is_whole(run, report):
                    _keep(run, report)
        if _is_done_with_outcomes(run, outcome):
            mark_looked(run.endpoint, run.version.digest, run.asked_at)
        kept = MonitoringRun.objects.of(run.endpoint, run.version).values_list("pk", flat=True)[:RUNS_KEPT]
        MonitoringRun.objects.of(run.endpoint, run.version).exclude(pk__in=list(kept)).delete()
        if outcome.is_more and outcome.windows:
            # Whoever waits for the look sees no moment at which none is under way.
            with suppress(RunNotSentError):  # the next look at the clock goes on
                ask(run.endpoint, run.version, now, behind_ms=outcome.windows[-1].ends_ms)


def _is_done_with_outcomes(run: MonitoringRun, outcome: MonitorOutcome) -> bool:
    """Return whether nobody looks back for them again: all was looked at, or it failed twice, and new rows wait."""
    if outcome.reason is None:
        return not outcome.is_more
    before = MonitoringRun.objects.of(run.endpoint, run.version).exclude(pk=run.pk).first()
    return before is not None and before.reason_json is not None


def _reached(run: MonitoringRun, outcome: MonitorOutcome) -> MonitoredWindows:
    """Return the windows that a run has done with: all, or up to the one at which it stopped."""
    windows = MonitoredWindow.objects.of(run.endpoint, run.version)
    if not (outcome.is_more and outcome.windows):
        return windows
    return windows.filter(begins_at__lte=_moment(outcome.windows[-1].begins_ms))


def _is_whole(run: MonitoringRun, report: WindowReport) -> bool:
    """Return whether a window is new, or as large as it was: one of which rows have gone keeps what it said."""
    windows, begins_at = MonitoredWindow.objects.of(run.endpoint, run.version).closed(), _moment(report.begins_ms)
    known = windows.filter(begins_at=begins_at).first()
    return report.rows >= known.rows if known else not windows.filter(ends_at__gte=begins_at).exists()


def _keep(run: MonitoringRun, report: WindowReport) -> None:
    MonitoredWindow.objects.update_or_create(
        endpoint=run.endpoint,
        version=run.version,
        begins_at=_moment(report.begins_ms),
        defaults={
            "ends_at": _moment(report.ends_ms),
            "is_open": report.is_open,
            "rows": report.rows,
            "state": report.verdict.state,
            "report_json": msgspec.to_builtins(report),
        },
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def keep_journal() -> None:
    """Have the data plane keep the journals in their bounds. Raise RunNotSentError if Redis does not take that."""
    bounds = tuple(
        EndpointBounds(endpoint=name, days=days, bytes_max=megabytes * MEGABYTE, hashed=tuple(hashed))
        for name, days, megabytes, hashed in Endpoint.objects.values_list(
            "name", "journal_days", "journal_megabytes", "hashed_features"
        )
    )
    message = msgspec.to_builtins(KeepRequest(bounds=bounds, days_orphaned=JOURNAL_DAYS))
    try:
        app.send_task(names.TASK_KEEP_JOURNAL, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        raise RunNotSentError from error


def record_journals(outcome: KeepOutcome, now: datetime) -> None:
    """Keep what the journals of the endpoints take; those of endpoints that are gone are nobody's."""
    sizes = {each.endpoint: each.bytes for each in outcome.sizes}
    for endpoint in Endpoint.objects.filter(name__in=sizes):
        defaults = {"size_bytes": sizes[endpoint.name], "measured_at": now}
        KeptJournal.objects.update_or_create(endpoint=endpoint, defaults=defaults)
