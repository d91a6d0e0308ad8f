"""What the data plane tells of jobs, and the call to look at them."""

from typing import Any

import msgspec
from django.utils import timezone

from webapp.celery import app
from webapp.jobs import recording
from webapp.jobs.tending import tend
from webapp.registry.tasks import RETRY
from worker.contract import names
from worker.contract.batch import AssembleOutcome, ChunkOutcome, PlanOutcome


@app.task(name=names.TASK_RECORD_PLAN, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_plan(message: dict[str, Any]) -> None:
    """Keep what was understood of a file, and how it is cut."""
    recording.record_plan(msgspec.convert(message, PlanOutcome), timezone.now())
    tend(timezone.now())


@app.task(name=names.TASK_RECORD_CHUNK, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_chunk(message: dict[str, Any]) -> None:
    """Count the rows of a chunk."""
    recording.record_chunk(msgspec.convert(message, ChunkOutcome), timezone.now())
    tend(timezone.now())


@app.task(name=names.TASK_RECORD_RESULT, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_result(message: dict[str, Any]) -> None:
    """Keep what is told of a result."""
    recording.record_result(msgspec.convert(message, AssembleOutcome), timezone.now())
    tend(timezone.now())


@app.task(name=names.TASK_TEND_JOBS)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def tend_jobs() -> None:
    """Look at the jobs now."""
    tend(timezone.now())
