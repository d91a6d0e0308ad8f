"""The tasks of the data plane: thin, named, repeatable; data in, data out, and whatever goes wrong is an answer."""

import functools
import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec

from worker.app import app
from worker.comparison.apart import ComparingPlace
from worker.contract.comparison import ComparisonOutcome, ComparisonRequest
from worker.contract.inspection import InspectionOutcome, InspectionRequest
from worker.contract.names import (
    PONG_PREFIX,
    QUEUE_CONTROL,
    TASK_COMPARE_VERSIONS,
    TASK_INSPECT,
    TASK_PING,
    TASK_RECORD_COMPARISON,
    TASK_RECORD_INSPECTION,
)
from worker.contract.words import Words
from worker.inspection.apart import Workplace
from worker.inspection.confinement import Limits
from worker.inspection.deliveries import DELIVERIES_MAX, Deliveries
from worker.settings import SETTINGS

logger = logging.getLogger(__name__)

PONG_EXPIRES_S: Final = 60
RETRY_POLICY: Final = {"max_retries": 300, "interval_start": 0.1, "interval_step": 0.2, "interval_max": 1.0}
"""An answer outlives five minutes without Redis."""

WORKPLACE: Final = Workplace(
    spool_dir=SETTINGS.spool_dir,
    limits=Limits(
        memory_bytes=SETTINGS.inspection_memory_bytes,
        timeout_s=SETTINGS.inspection_timeout_s,
        cpu_s=int(SETTINGS.inspection_timeout_s),
    ),
)

COMPARING_PLACE: Final = ComparingPlace(
    models_dir=SETTINGS.models_dir, spool_dir=SETTINGS.spool_dir, limits=WORKPLACE.limits
)

Work = Callable[[dict[str, Any]], None]
Look = Callable[[InspectionRequest], InspectionOutcome]
Compare = Callable[[ComparisonRequest], ComparisonOutcome]


def contained(work: Work) -> Work:
    """Return `work` that never raises: Celery ends the whole worker for a MemoryError and would give the task back."""

    @functools.wraps(work)
    def run(message: dict[str, Any]) -> None:
        try:
            work(message)
        except Exception:  # the task wrapper: nothing may reach Celery
            logger.exception("%s failed on %.500r", work.__name__, message)

    return run


def found(request: InspectionRequest, deliveries: Deliveries, look: Look) -> InspectionOutcome:
    """Return what `look` finds; what it raises, a MemoryError included, and a third death are refusals."""
    try:
        return deliveries.refusal(request) or look(request)
    except Exception as error:  # the task wrapper: the version must not wait for ever
        logger.exception("Inspection %s failed", request.inspection_id)
        return _failure(request, error)


@app.task(name=TASK_INSPECT)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def inspect(message: dict[str, Any]) -> None:
    """Inspect what lies in the inbox and answer `control.record_inspection`."""
    request = msgspec.convert(message, InspectionRequest)
    deliveries = Deliveries(SETTINGS.spool_dir, request.inspection_id)
    outcome = msgspec.to_builtins(found(request, deliveries, WORKPLACE.inspect))
    app.send_task(TASK_RECORD_INSPECTION, kwargs={"message": outcome}, queue=QUEUE_CONTROL, retry_policy=RETRY_POLICY)
    deliveries.forget()


def compared(request: ComparisonRequest, deliveries: Deliveries, compare: Compare) -> ComparisonOutcome:
    """Return what `compare` finds; what it raises and a third death are reasons."""
    try:
        begun = deliveries.begin()
        if begun >= DELIVERIES_MAX:
            return ComparisonOutcome(
                comparison_id=request.comparison_id,
                reason=Words(
                    "The comparison was begun {begun} times, and each time the worker that did it died.",
                    {"begun": begun},
                ),
            )
        return compare(request)
    except Exception as error:  # the task wrapper: nobody must wait for ever
        logger.exception("Comparison %s failed", request.comparison_id)
        said = f"{type(error).__name__}: {str(error)[:300]}".rstrip(": ")
        return ComparisonOutcome(
            comparison_id=request.comparison_id, reason=Words("The comparison could not be done."), detail=said
        )


@app.task(name=TASK_COMPARE_VERSIONS)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def compare_versions(message: dict[str, Any]) -> None:
    """Ask two versions of the store the same rows and answer `control.record_comparison`."""
    request = msgspec.convert(message, ComparisonRequest)
    deliveries = Deliveries(SETTINGS.spool_dir, request.comparison_id)
    outcome = msgspec.to_builtins(compared(request, deliveries, COMPARING_PLACE.compare))
    app.send_task(TASK_RECORD_COMPARISON, kwargs={"message": outcome}, queue=QUEUE_CONTROL, retry_policy=RETRY_POLICY)
    deliveries.forget()


@app.task(name=TASK_PING)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def ping(message: dict[str, Any]) -> None:
    """Show that tasks run: leave a token on the list that the asker waits on."""
    with app.connection_for_write() as connection:
        redis = connection.default_channel.client
        key = PONG_PREFIX + str(message["token"])
        redis.rpush(key, 1)
        redis.expire(key, PONG_EXPIRES_S)


def _failure(request: InspectionRequest, error: Exception) -> InspectionOutcome:
    return InspectionOutcome(
        inspection_id=request.inspection_id,
        version_id=request.version_id,
        reason=f"The inspection could not be done: {type(error).__name__}: {str(error)[:300]}".rstrip(": "),
        hint="Publish the model again; if this comes back, the log of the jobs worker has more.",
    )
