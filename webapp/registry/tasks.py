"""What the data plane tells the registry."""

from typing import Any, Final

import msgspec
from django.db import Error

from webapp.celery import app
from webapp.registry import comparing, publishing
from worker.contract import names
from worker.contract.comparison import ComparisonOutcome
from worker.contract.inspection import InspectionOutcome

RETRY: Final = {"autoretry_for": (OSError, Error), "retry_backoff": 1, "retry_backoff_max": 60, "max_retries": 60}
"""A full disk or a locked database must not lose an outcome: it is tried again for about an hour."""


@app.task(name=names.TASK_RECORD_INSPECTION, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_inspection(message: dict[str, Any]) -> None:
    """Take in the outcome of an inspection; a second delivery of the same one changes nothing."""
    try:
        outcome = msgspec.convert(message, InspectionOutcome)
    except msgspec.ValidationError:
        publishing.give_up(message.get("inspection_id"))
        raise  # Celery writes it into the log
    publishing.record(outcome)


@app.task(name=names.TASK_RECORD_COMPARISON, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_comparison(message: dict[str, Any]) -> None:
    """Keep the outcome of a comparison; a second delivery of the same one changes nothing."""
    comparing.record(msgspec.convert(message, ComparisonOutcome))
