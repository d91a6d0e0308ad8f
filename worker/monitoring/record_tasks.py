"""The tasks about single rows: find some, delete those of a person, take a file of outcomes.

The first two are done in a thread of the jobs worker (`worker.monitoring.record_thread`), one at a time, so that a
search never meets half a deletion.
"""

import logging
import re
import time
from pathlib import Path
from typing import Any, Final

import msgspec

from worker.app import app
from worker.contract import names
from worker.contract.journal import DIRECTORY
from worker.contract.records import (
    FOUND_PREFIX,
    FOUND_TTL_S,
    ID,
    EndpointProof,
    FindOutcome,
    FindRequest,
    ForgetOutcome,
    ForgetRequest,
)
from worker.contract.truth_files import TruthFileOutcome, TruthFileRequest
from worker.contract.words import Words
from worker.journal.turn import REWRITING, in_turn
from worker.settings import SETTINGS
from worker.tasks import RETRY_POLICY, contained

logger = logging.getLogger(__name__)

NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
WRITTEN_AFTER_S: Final = 3.0
"""By then whatever was answered before a moment is in the journal."""


@app.task(name=names.TASK_FIND_ROWS)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def find_rows(message: dict[str, Any]) -> None:
    """Find rows and leave them where only the site reads, for a moment."""
    from worker.journal.finding import find  # noqa: PLC0415  # an idle worker stays light

    request = msgspec.convert(message, FindRequest)
    endpoint = _endpoint(request.endpoint)
    _require_id(request.find_id)
    try:
        with REWRITING:
            outcome = find(endpoint, request, time.monotonic)
    except Exception as error:  # the task wrapper: whoever waits must be told
        logger.exception("Search %s failed", request.find_id)
        outcome = FindOutcome(reason=Words("The rows could not be looked for: {error}", {"error": _said(error)}))
    with app.connection_for_write() as connection:
        redis = connection.default_channel.client
        redis.set(FOUND_PREFIX + request.find_id, msgspec.json.encode(outcome), ex=FOUND_TTL_S)


@app.task(name=names.TASK_FORGET_ROWS)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
def forget_rows(message: dict[str, Any]) -> None:
    """Count or delete the rows of a person and answer `control.record_forgotten`."""
    from worker.journal import forgetting  # noqa: PLC0415  # an idle worker stays light

    request = msgspec.convert(message, ForgetRequest)
    endpoints = [_endpoint(name) for name in request.endpoints]
    _require_id(request.forget_id)
    about = (request.selector, request.until_ms)
    done: list[EndpointProof] = []
    reason = None
    try:
        for endpoint in endpoints:
            if request.does_delete:
                done.append(forgetting.forget(endpoint, *about, request.forget_id))
            else:
                done.append(forgetting.count(endpoint, *about))
    except Exception as error:  # the task wrapper: what was done must be told
        logger.exception("Deletion %s failed", request.forget_id)
        reason = Words("The rows could not be gone through: {error}", {"error": _said(error)})
    outcome = ForgetOutcome(
        forget_id=request.forget_id,
        did_delete=request.does_delete,
        at_ms=int(time.time() * 1000),
        endpoints=tuple(done),
        reason=reason,
    )
    _tell(names.TASK_RECORD_FORGOTTEN, outcome)


@app.task(name=names.TASK_READ_TRUTH_FILE)  # type: ignore[untyped-decorator]  # Celery is untyped
@contained
@in_turn
def read_truth_file(message: dict[str, Any]) -> None:
    """Look at a file of outcomes, or take them, and answer `control.record_truth_file`."""
    from worker.monitoring.truth_files import read  # noqa: PLC0415  # an idle worker stays light

    request = msgspec.convert(message, TruthFileRequest)
    try:
        outcome = read(request, SETTINGS.spool_dir, SETTINGS.models_dir, int(time.time() * 1000))
    except Exception as error:  # the task wrapper: whoever sent it must be told
        logger.exception("Outcomes of file %s could not be taken", request.file_id)
        reason = Words("The file could not be read: {error}", {"error": _said(error)})
        outcome = TruthFileOutcome(file_id=request.file_id, did_take=request.columns is not None, reason=reason)
    _tell(names.TASK_RECORD_TRUTH_FILE, outcome)


def _endpoint(name: str) -> Path:
    """Return where an endpoint's journal lies. Raise ValueError for a name that no site sends."""
    if not NAME.fullmatch(name):
        msg = f"An endpoint has letters, digits, - and _ in its name, got {name[:80]!r}."
        raise ValueError(msg)
    return SETTINGS.spool_dir / DIRECTORY / name


def _require_id(said: str) -> None:
    if not ID.fullmatch(said):
        msg = f"An id has 32 hexadecimal digits, got {said[:80]!r}."
        raise ValueError(msg)


def is_written(until_ms: int, now_s: float) -> bool:
    """Return whether the journal holds whatever was answered up to a moment. One that lies ahead is not waited for."""
    return not 0 < until_ms / 1000 + WRITTEN_AFTER_S - now_s <= WRITTEN_AFTER_S


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")


def _tell(task: str, outcome: msgspec.Struct) -> None:
    said = msgspec.to_builtins(outcome)
    app.send_task(task, kwargs={"message": said}, queue=names.QUEUE_CONTROL, retry_policy=RETRY_POLICY)
