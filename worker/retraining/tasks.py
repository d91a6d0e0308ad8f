"""The tasks of retraining: they run in the jobs worker, one at a time, so that nobody rewrites what another reads."""

import logging
from typing import Any

import msgspec

from worker.app import app
from worker.contract import names
from worker.contract.export import ExportOutcome, ExportRequest
from worker.contract.replay import ReplayOutcome, ReplayRequest
from worker.contract.words import Words
from worker.journal.turn import in_turn
from worker.monitoring.waiting import somebody_waits
from worker.retraining.export_apart import ExportPlace
from worker.retraining.replay_apart import ReplayPlace
from worker.settings import SETTINGS
from worker.tasks import RETRY_POLICY, WORKPLACE, contained

logger = logging.getLogger(__name__)

EXPORTS = ExportPlace(
    models_dir=SETTINGS.models_dir,
    spool_dir=SETTINGS.spool_dir,
    limits=WORKPLACE.limits,
    is_awaited=somebody_waits,
)
REPLAYS = ReplayPlace(models_dir=SETTINGS.models_dir, spool_dir=SETTINGS.spool_dir, limits=WORKPLACE.limits)


@app.task(name=names.TASK_EXPORT_ROWS)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
@in_turn
def export_rows(message: dict[str, Any]) -> None:
    """Write the rows that are wanted and answer `control.record_export`."""
    request = msgspec.convert(message, ExportRequest)
    try:
        outcome = EXPORTS.export(request)
    except Exception as error:  # the task wrapper: whoever asked must be told
        logger.exception("Export %s failed", request.export_id)
        said = f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        reason = Words("The export could not be done.")
        outcome = ExportOutcome(export_id=request.export_id, reason=reason, detail=said)
    _tell(names.TASK_RECORD_EXPORT, outcome)


@app.task(name=names.TASK_REPLAY)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
@in_turn
def replay(message: dict[str, Any]) -> None:
    """Ask another version what was asked lately and answer `control.record_replay`."""
    request = msgspec.convert(message, ReplayRequest)
    try:
        outcome = REPLAYS.replay(request)
    except Exception as error:  # the task wrapper: whoever asked must be told
        logger.exception("Replay %s failed", request.replay_id)
        said = f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        outcome = ReplayOutcome(replay_id=request.replay_id, reason=Words("The replay could not be done."), detail=said)
    _tell(names.TASK_RECORD_REPLAY, outcome)


def _tell(task: str, outcome: msgspec.Struct) -> None:
    said = msgspec.to_builtins(outcome)
    app.send_task(task, kwargs={"message": said}, queue=names.QUEUE_CONTROL, retry_policy=RETRY_POLICY)
