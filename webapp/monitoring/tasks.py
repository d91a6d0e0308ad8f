"""What the data plane tells of what it looked at."""

from typing import Any

import msgspec
from django.utils import timezone

from webapp.celery import app
from webapp.monitoring import running
from webapp.registry.tasks import RETRY
from worker.contract import names
from worker.contract.journal_keeping import KeepOutcome
from worker.contract.monitoring_run import MonitorOutcome


@app.task(name=names.TASK_RECORD_MONITORING, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_monitoring(message: dict[str, Any]) -> None:
    """Keep what a run found; a second delivery of the same one changes nothing."""
    running.record(msgspec.convert(message, MonitorOutcome), timezone.now())
    running.ask_due(timezone.now())  # one after the other, whatever the hour


@app.task(name=names.TASK_RECORD_JOURNALS, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_journals(message: dict[str, Any]) -> None:
    """Keep what the journals take."""
    running.record_journals(msgspec.convert(message, KeepOutcome), timezone.now())
