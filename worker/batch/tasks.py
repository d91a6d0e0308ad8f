"""The tasks of batch jobs: thin, named, repeatable. Each is acknowledged as it begins: the control plane asks again."""

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import msgspec

from worker.app import app
from worker.contract import names
from worker.contract.batch import AssembleRequest, PlanRequest, ScoreRequest
from worker.settings import SETTINGS
from worker.tasks import RETRY_POLICY, contained

if TYPE_CHECKING:
    from worker.batch.steps import Bench


@cache
def bench() -> "Bench":
    """Return where this process works. What it keeps loaded is at most what one process of the online path would."""
    # Other workers know these tasks too, to which numpy would be a load.
    from worker.batch.steps import Bench  # noqa: PLC0415  # as above
    from worker.models.cache import ModelCache  # noqa: PLC0415  # as above

    return Bench(SETTINGS.spool_dir, SETTINGS.redis_socket, ModelCache(SETTINGS.models_dir, SETTINGS.batch_cache_bytes))


@app.task(name=names.TASK_PLAN_JOB, acks_late=False)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def plan_job(message: dict[str, Any]) -> None:
    """Understand a file and cut it; answer `control.record_plan`."""
    tell = partial(_tell, names.TASK_RECORD_PLAN)
    _answer(names.TASK_RECORD_PLAN, lambda: bench().plan(msgspec.convert(message, PlanRequest), tell))


@app.task(name=names.TASK_SCORE_CHUNK, acks_late=False)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def score_chunk(message: dict[str, Any]) -> None:
    """Answer the rows of a chunk; answer `control.record_chunk`."""
    request = msgspec.convert(message, ScoreRequest)
    _answer(names.TASK_RECORD_CHUNK, lambda: bench().score(request))
    bench().join(request.step)


@app.task(name=names.TASK_ASSEMBLE_JOB, acks_late=False)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def assemble_job(message: dict[str, Any]) -> None:
    """Make the result; answer `control.record_result`."""
    request = msgspec.convert(message, AssembleRequest)
    _answer(names.TASK_RECORD_RESULT, lambda: bench().assemble(request))
    bench().clear(request)


def _answer(task: str, work: Callable[[], msgspec.Struct | None]) -> None:
    outcome = work()
    if outcome is not None:
        _tell(task, outcome)


def _tell(task: str, outcome: msgspec.Struct) -> None:
    message = msgspec.to_builtins(outcome)
    app.send_task(task, kwargs={"message": message}, queue=names.QUEUE_CONTROL, retry_policy=RETRY_POLICY)
