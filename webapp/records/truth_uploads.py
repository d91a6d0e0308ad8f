"""Files of outcomes: taken in, read by the data plane, and taken by it once their columns are chosen."""

import logging
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from webapp.accounts.models import User
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.records import arrivals
from webapp.records.models import FileStage, TruthFile
from webapp.records.truths import KEPT, NothingDeployedError, TruthsNotSentError, counted_callers
from webapp.uploading.room import telling_of_a_full_disk
from webapp.uploading.under_way import TakenFile
from worker.contract import names
from worker.contract.batch import INPUT
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST
from worker.contract.truth_files import ColumnsChosen, TruthFileOutcome, TruthFileRequest

logger = logging.getLogger(__name__)

BYTES_MAX: Final = 64 << 20
WAITS: Final = timedelta(hours=1)
"""So long a file waits for somebody to say which columns count."""

SUGGESTED_KEYS: Final = ("request_id", "request", "id", "x-request-id")
SUGGESTED_VALUES: Final = ("truth", "outcome", "value", "actual", "label", "target")
SUGGESTED_ROWS: Final = ("row",)


class FileTooLargeError(Exception):
    """A file of outcomes is larger than is taken."""


class ColumnsWrongError(Exception):
    """The columns that were chosen are not two different ones of the file, or the feature is none of the model's."""


class InputsNotKeptError(Exception):
    """Rows are to be known by a feature, of which the journal keeps nothing."""


def begin(endpoint: Endpoint, by: User, file: TakenFile, now: datetime) -> TruthFile:
    """Have a file looked at. Raise NothingDeployedError, FileTooLargeError, NoRoomError, or TruthsNotSentError."""
    champion = endpoint.champion
    if champion is None:
        raise NothingDeployedError
    if file.size_bytes > BYTES_MAX:
        raise FileTooLargeError
    TruthFile.objects.filter(sent_at__lt=now - KEPT).delete()
    sent = TruthFile(
        file_id=uuid4().hex,
        endpoint=endpoint,
        version=champion.version,
        sent_by=by,
        sent_at=now,
        file_name=file.name,
    )
    with ExitStack() as unless_sent:
        unless_sent.callback(_remove, sent)
        with telling_of_a_full_disk(), transaction.atomic():
            sent.save()
            place = directory(sent)
            place.mkdir(mode=0o770, parents=True)
            file.path.chmod(0o640)  # the data plane reads by its group
            os.link(file.path, place / INPUT)
        _send(sent, None)
        unless_sent.pop_all()
    file.path.unlink(missing_ok=True)
    return sent


def take(file: TruthFile, columns: ColumnsChosen) -> bool:
    """Have the outcomes of a file taken. Return whether it waited for that.

    Raise ColumnsWrongError, InputsNotKeptError, or TruthsNotSentError.
    """
    require_columns(file, columns)
    if not file.move(FileStage.TAKING, FileStage.WAITING):
        return False
    try:
        _send(file, columns)
    except TruthsNotSentError:
        file.move(FileStage.WAITING, FileStage.TAKING)
        raise
    return True


def give_up_old(now: datetime) -> None:
    """Forget what was understood of files that nobody went on with; the files themselves are cleared away by then."""
    old = TruthFile.objects.filter(sent_at__lt=now - WAITS)
    for file in old.filter(stage__in=(FileStage.READING, FileStage.WAITING)):
        file.move(FileStage.FAILED, FileStage.READING, FileStage.WAITING, outcome_json=None)


def discard(file: TruthFile) -> None:
    """Remove a file of which nothing was taken yet."""
    if file.move(FileStage.FAILED, FileStage.READING, FileStage.WAITING):
        _remove(file)


def _remove(file: TruthFile) -> None:
    shutil.rmtree(directory(file), ignore_errors=True)
    TruthFile.objects.filter(file_id=file.file_id).delete()


def require_columns(file: TruthFile, columns: ColumnsChosen) -> None:
    """Raise ColumnsWrongError unless the columns are of the file, and different ones.

    Raise InputsNotKeptError for a feature where the endpoint keeps none.
    """
    outcome = file.outcome
    found = outcome.understanding if outcome else None
    known = {column.name for column in found.columns} if found else set()
    chosen = [columns.key, columns.value, *([columns.row] if columns.row else [])]
    features = file.version.manifest.signature.names
    is_meant = columns.by in {BY_REQUEST, BY_KEY} or (columns.by == BY_FEATURE and columns.name in features)
    if not is_meant or len(set(chosen)) != len(chosen) or not known.issuperset(chosen):
        raise ColumnsWrongError
    if columns.by == BY_FEATURE and not file.endpoint.keeps_inputs:
        raise InputsNotKeptError


def record(outcome: TruthFileOutcome, now: datetime) -> None:
    """Keep what was understood of a file, or what became of its outcomes. What nobody waits for is dropped."""
    file = TruthFile.objects.filter(file_id=outcome.file_id).first()
    if file is None:
        logger.warning("Nobody waits for the outcomes of file %s; they are dropped.", outcome.file_id)
        return
    waits = FileStage.TAKING if outcome.did_take else FileStage.READING
    goes_on = FileStage.TAKEN if outcome.did_take else FileStage.WAITING
    to = FileStage.FAILED if outcome.reason is not None else goes_on
    if file.move(to, waits, outcome_json=msgspec.to_builtins(outcome)):
        arrivals.note(file.endpoint, outcome, now)


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggested:
    """Which columns probably say what."""

    key: str
    value: str
    row: str


def suggested(columns: list[str]) -> Suggested:
    """Return the columns that are called as people call such ones; else the first is the key, the last the outcome."""
    by_name = {column.strip().lower(): column for column in columns}

    def first(names: tuple[str, ...], other: str) -> str:
        return next((by_name[name] for name in names if name in by_name), other)

    if not columns:
        return Suggested(key="", value="", row="")
    key, value = first(SUGGESTED_KEYS, columns[0]), first(SUGGESTED_VALUES, columns[-1])
    return Suggested(key=key, value=value, row=first(SUGGESTED_ROWS, ""))


def directory(file: TruthFile) -> Path:
    """Return where a file lies: as a job's, so that it is cleared as one where nobody goes on with it."""
    return Path(settings.SPOOL_DIR) / "batch" / file.file_id


def _send(file: TruthFile, columns: ColumnsChosen | None) -> None:
    request = TruthFileRequest(
        file_id=file.file_id,
        endpoint=file.endpoint.name,
        digest=file.version.digest,
        file_name=file.file_name,
        columns=columns,
        unpacked_bytes_max=settings.UPLOAD_BYTES_MAX,
        hashed=tuple(file.endpoint.hashed_features),
        callers=counted_callers(file.endpoint, file.sent_by),
    )
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_READ_TRUTH_FILE, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        raise TruthsNotSentError from error
