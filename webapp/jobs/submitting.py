"""What people do with jobs: begin, correct, start, cancel, try again, run again with another version."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from webapp import request_id
from webapp.accounts.models import User
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.jobs import files
from webapp.jobs.errors import (
    InputGoneError,
    InputLostError,
    JobStateError,
    NotDeployedError,
    TooManyJobsError,
    VersionGoneError,
)
from webapp.jobs.marks import mark_over
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind, new_job_id
from webapp.jobs.telling import require_tellable
from webapp.registry.models import ModelVersion
from webapp.registry.models import Status as VersionStatus
from webapp.uploading.room import require_room, telling_of_a_full_disk
from worker.contract import names
from worker.contract.batch import Choice

NOT_ENDED_MAX: Final = 100
"""Of one person's jobs: each has a file on the disk."""

NOTHING_YET: Final[dict[str, Any]] = {
    "rows_total": None,
    "rows_done": 0,
    "rows_invalid": 0,
    "rows_failed": 0,
    "rows_unusual": 0,
    "problems_json": [],
    "summary_json": None,
    "differences_json": None,
    "reason_json": None,
    "hint_json": None,
    "started_at": None,
    "ended_at": None,
    "told_at": None,
}
"""A job of which no row was answered."""


NOTHING_CHOSEN: Final = Choice()

ANSWERING: Final = (VersionStatus.READY, VersionStatus.RETIRED)
"""What an archived version is put aside for is that nobody uses it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A file at `path`, on the disk of the spool, which the job takes over once it has begun, and what is wanted of it.

    `looks_first`: the job waits until the person has seen what was understood.
    """

    path: Path
    file_name: str
    size_bytes: int
    language: str
    choice: Choice = NOTHING_CHOSEN
    looks_first: bool = False
    wrong_rows_accepted: bool = False
    webhook: str = ""
    mail: bool = False


def submit(owner: User, endpoint: Endpoint, submission: Submission, now: datetime) -> BatchJob:
    """Begin a job with the version that answers now.

    Raise NotDeployedError, TooManyJobsError, JobChoiceError, NoRoomError; then the file is where it was. In a
    transaction the file leaves its place with the commit.
    """
    champion = endpoint.champion
    if champion is None:
        raise NotDeployedError(endpoint.name)
    require_tellable(owner, submission.webhook, mail=submission.mail)
    job = BatchJob(
        job_id=new_job_id(),
        endpoint=endpoint,
        version=champion.version,
        owner=owner,
        status=Status.READING if submission.looks_first else Status.QUEUED,
        request_id=request_id.current(),
        file_name=submission.file_name,
        input_bytes=submission.size_bytes,
        language=submission.language,
        choice_json=msgspec.to_builtins(submission.choice),
        wrong_rows_accepted=submission.wrong_rows_accepted,
        webhook=submission.webhook,
        mail=submission.mail,
        created_at=now,
    )
    return _begin(job, partial(files.keep_input, job, submission.path))


def run_again(job: BatchJob, version: ModelVersion, owner: User, now: datetime) -> BatchJob:
    """Begin a job with the same file and another version; their answers are compared.

    Raise InputGoneError, VersionGoneError, TooManyJobsError, NoRoomError.
    """
    _require_answering(version)
    again = BatchJob(
        job_id=new_job_id(),
        endpoint=job.endpoint,
        version=version,
        owner=owner,
        former=job,
        request_id=request_id.current(),
        file_name=job.file_name,
        input_bytes=job.input_bytes,
        language=job.language,
        choice_json=job.choice_json,
        wrong_rows_accepted=True,
        created_at=now,
    )
    return _begin(again, partial(files.share_input, job, again))


def correct(job: BatchJob, choice: Choice) -> None:
    """Look at the file again by what the person decided, before the job starts or after it failed or was canceled.

    Raise JobStateError, InputGoneError, VersionGoneError.
    """
    changes = {"choice_json": msgspec.to_builtins(choice), "understanding_json": None, **NOTHING_YET}
    from_statuses = (Status.WAITING, Status.FAILED, Status.CANCELED)
    if not _again(job, from_statuses, StepKind.LOOK, status=Status.READING, **changes):
        raise JobStateError("corrected", job.status)


def start(job: BatchJob, *, wrong_rows_accepted: bool, mail: bool = False) -> None:
    """Begin to answer what was understood; `mail`: the owner is told of the end.

    Raise JobStateError if the job does not wait for that, InputGoneError, VersionGoneError, JobChoiceError.
    """
    require_tellable(job.owner, job.webhook, mail=mail)
    changes = {"wrong_rows_accepted": wrong_rows_accepted, "mail": mail, "status": Status.QUEUED}
    if not _again(job, (Status.WAITING,), StepKind.PLAN, **changes):
        raise JobStateError("started", job.status)


def retry(job: BatchJob) -> None:
    """Begin a job that failed or was canceled anew. Raise JobStateError, InputGoneError, VersionGoneError."""
    changes = {"status": Status.QUEUED, **NOTHING_YET}
    if not _again(job, (Status.FAILED, Status.CANCELED), StepKind.PLAN, **changes):
        raise JobStateError("tried again", job.status)


def cancel(job: BatchJob, now: datetime) -> None:
    """End a job. Raise JobStateError if it has ended."""
    running = (Status.READING, Status.WAITING, Status.QUEUED, Status.RUNNING)
    with transaction.atomic():
        if not job.move(*running, status=Status.CANCELED, ended_at=now, expires_at=files.expiry(now)):
            raise JobStateError("canceled", job.status)
        job.steps.all().delete()
    mark_over(job, job.attempt)
    wake()


def delete(job: BatchJob) -> None:
    """Delete a job that has ended, with its files. Raise JobStateError if it has not, or was begun anew.

    What a worker that has not heard of the end still writes is cleared with what belongs to no job.
    """
    with transaction.atomic():
        same = BatchJob.objects.filter(pk=job.pk)
        under_way = same.not_ended().first()
        if under_way is not None:
            raise JobStateError("deleted", under_way.status)
        same.delete()
    files.delete(job)


def wake() -> None:
    """Have the control worker look at the jobs now; it does so every second anyway."""
    try:
        app.send_task(names.TASK_TEND_JOBS, queue=names.QUEUE_CONTROL)  # type: ignore[no-untyped-call]  # Celery is untyped
    except (OperationalError, RedisError):
        return


def _begin(job: BatchJob, bring_input: Callable[[], None]) -> BatchJob:
    """Save the job with its file, or neither."""
    require_room(job.input_bytes)  # the result will not be smaller
    kind = StepKind.LOOK if job.status == Status.READING else StepKind.PLAN
    with ExitStack() as unless_saved:
        unless_saved.callback(files.delete, job)
        with telling_of_a_full_disk(), transaction.atomic():
            _require_few(job.owner)
            job.save()
            JobStep.objects.create(job=job, attempt=job.attempt, kind=kind)
            bring_input()
        unless_saved.pop_all()
    transaction.on_commit(wake)
    return job


def _again(job: BatchJob, from_statuses: tuple[str, ...], kind: StepKind, **changes: Any) -> bool:
    """Begin a new attempt with a step of this kind if the job is in one of these statuses. Return whether it was."""
    with transaction.atomic():
        gone = BatchJob.objects.filter(pk=job.pk, files_deleted_at__isnull=False).first()
        if gone is not None:
            raise InputLostError if gone.has_lost_files else InputGoneError
        _require_answering(job.version)
        former = job.attempt
        # What is under way is not deleted, however long somebody waited before.
        if not job.move(*from_statuses, attempt=former + 1, expires_at=None, **changes):
            return False
        job.steps.all().delete()
        JobStep.objects.create(job=job, attempt=job.attempt, kind=kind)
    transaction.on_commit(partial(mark_over, job, former))
    transaction.on_commit(wake)
    return True


def _require_few(owner: User) -> None:
    if BatchJob.objects.filter(owner=owner).not_ended().count() >= NOT_ENDED_MAX:
        raise TooManyJobsError(NOT_ENDED_MAX)


def _require_answering(version: ModelVersion) -> None:
    """Raise VersionGoneError unless the version, as it is now, may answer."""
    status = ModelVersion.objects.values_list("status", flat=True).get(pk=version.pk)
    if status not in ANSWERING:
        raise VersionGoneError(str(version), status)
