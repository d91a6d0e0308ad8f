"""What the data plane tells of recorded rows: outcomes that it took, and rows that it counted or deleted."""

from typing import Any

import msgspec
from django.utils import timezone

from webapp.celery import app
from webapp.records import deletions, truth_uploads, truths
from webapp.registry.tasks import RETRY
from worker.contract import names
from worker.contract.records import ForgetOutcome
from worker.contract.truth import TruthOutcome
from worker.contract.truth_files import TruthFileOutcome


@app.task(name=names.TASK_RECORD_TRUTH, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_truth(message: dict[str, Any]) -> None:
    """Keep what became of outcomes; a second delivery of the same one changes nothing."""
    truths.record(msgspec.convert(message, TruthOutcome), timezone.now())


@app.task(name=names.TASK_RECORD_FORGOTTEN, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_forgotten(message: dict[str, Any]) -> None:
    """Keep how many rows were counted or deleted; a second delivery of the same one changes nothing."""
    deletions.record(msgspec.convert(message, ForgetOutcome))


@app.task(name=names.TASK_RECORD_TRUTH_FILE, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_truth_file(message: dict[str, Any]) -> None:
    """Keep what became of a file of outcomes; a second delivery of the same one changes nothing."""
    truth_uploads.record(msgspec.convert(message, TruthFileOutcome), timezone.now())
