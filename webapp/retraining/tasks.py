"""What the data plane tells of exports and replays."""

from typing import Any

import msgspec

from webapp.celery import app
from webapp.registry.tasks import RETRY
from webapp.retraining import exporting, replaying
from worker.contract import names
from worker.contract.export import ExportOutcome
from worker.contract.replay import ReplayOutcome


@app.task(name=names.TASK_RECORD_EXPORT, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_export(message: dict[str, Any]) -> None:
    """Keep what came of an export; a second delivery of the same one changes nothing."""
    exporting.record(msgspec.convert(message, ExportOutcome))


@app.task(name=names.TASK_RECORD_REPLAY, **RETRY)  # type: ignore[no-untyped-call, untyped-decorator]  # Celery is untyped
def record_replay(message: dict[str, Any]) -> None:
    """Keep what came of a replay; a second delivery of the same one changes nothing."""
    replaying.record(msgspec.convert(message, ReplayOutcome))
