"""What the data plane tells the registry."""

from typing import Any

import msgspec

from webapp.celery import app
from webapp.registry import publishing
from worker.contract import names
from worker.contract.inspection import InspectionOutcome


@app.task(name=names.TASK_RECORD_INSPECTION)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_inspection(message: dict[str, Any]) -> None:
    """Take in the outcome of an inspection; a second delivery of the same one changes nothing."""
    publishing.record(msgspec.convert(message, InspectionOutcome))
