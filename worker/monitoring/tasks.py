"""The tasks of monitoring: they run in the jobs worker, one at a time, so that nobody reads what another rewrites."""

import functools
import logging
import time
from pathlib import Path
from typing import Any

import msgspec

from worker.app import app
from worker.contract import names
from worker.contract.journal import DIRECTORY
from worker.contract.journal_keeping import KeepOutcome, KeepRequest
from worker.contract.monitoring_run import MonitorOutcome, MonitorRequest
from worker.contract.truth import TruthOutcome, TruthRequest
from worker.contract.words import Words
from worker.journal.turn import in_turn
from worker.monitoring.apart import MonitoringPlace
from worker.monitoring.waiting import somebody_waits
from worker.settings import SETTINGS
from worker.tasks import RETRY_POLICY, WORKPLACE, contained

logger = logging.getLogger(__name__)

PLACE = MonitoringPlace(
    models_dir=SETTINGS.models_dir,
    spool_dir=SETTINGS.spool_dir,
    limits=WORKPLACE.limits,
    is_awaited=somebody_waits,
)


@app.task(name=names.TASK_MONITOR)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
@in_turn
def monitor(message: dict[str, Any]) -> None:
    """Look at the windows of an endpoint and answer `control.record_monitoring`."""
    request = msgspec.convert(message, MonitorRequest)
    try:
        outcome = PLACE.monitor(request)
    except Exception as error:  # the task wrapper: the next run must not wait for ever
        logger.exception("Run %s failed", request.run_id)
        said = f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        outcome = MonitorOutcome(run_id=request.run_id, reason=Words("The look could not be done."), detail=said)
    _tell(names.TASK_RECORD_MONITORING, outcome)


@app.task(name=names.TASK_KEEP_JOURNAL)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
@in_turn
def keep_journal(message: dict[str, Any]) -> None:
    """Keep the journals in their bounds and tell `control.record_journals` what they take."""
    from worker.journal.keeping import keep, sizes  # noqa: PLC0415  # an idle worker stays light

    keep(_journal(), msgspec.convert(message, KeepRequest), time.time())
    _tell(names.TASK_RECORD_JOURNALS, KeepOutcome(sizes=sizes(_journal())))


@app.task(name=names.TASK_TAKE_TRUTH)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
@in_turn
def take_truth(message: dict[str, Any]) -> None:
    """Keep what was learned of rows and answer `control.record_truth`."""
    from worker.monitoring.taking import take  # noqa: PLC0415  # an idle worker stays light

    request = msgspec.convert(message, TruthRequest)
    try:
        outcome = take(request, SETTINGS.models_dir, _journal(), int(time.time() * 1000))
    except Exception as error:  # the task wrapper: whoever sent it must be told
        logger.exception("Truths %s could not be taken", request.delivery_id)
        said = f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
        reason = Words("The outcomes could not be kept: {error}", {"error": said})
        outcome = TruthOutcome(delivery_id=request.delivery_id, reason=reason)
    _tell(names.TASK_RECORD_TRUTH, outcome)


@functools.cache
def _journal() -> Path:
    return SETTINGS.spool_dir / DIRECTORY


def _tell(task: str, outcome: msgspec.Struct) -> None:
    said = msgspec.to_builtins(outcome)
    app.send_task(task, kwargs={"message": said}, queue=names.QUEUE_CONTROL, retry_policy=RETRY_POLICY)
