"""What people do with jobs: begin, correct, start, cancel, try again, run again with another version."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from django.db import transaction
from kombu.exceptions import OperationalError

from webapp.accounts.models import User
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.jobs import files
from webapp.jobs.errors import InputGoneError, JobStateError, NotDeployedError, TooManyJobsError
from webapp.jobs.marks import mark_canceled
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind, new_job_id
from webapp.registry.models import ModelVersion
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A file at `path`, on the disk of the spool, which the job takes over, and what is wanted of it.

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
    """Begin a job with the version that answers now. Raise NotDeployedError, TooManyJobsError."""
    if endpoint.champion is None:
        raise NotDeployedError(endpoint.name)
    _require_few(owner)
    job = BatchJob(
        job_id=new_job_id(),
        endpoint=endpoint,
        version=endpoint.champion.version,
        owner=owner,
        status=Status.READING if submission.looks_first else Status.QUEUED,
        file_name=submission.file_name,
        input_bytes=submission.size_bytes,
        language=submission.language,
        choice_json=msgspec.to_builtins(submission.choice),
        wrong_rows_accepted=submission.wrong_rows_accepted,
        webhook=submission.webhook,
        mail=submission.mail,
        created_at=now,
    )
    files.keep_input(job, submission.path)
    return _begin(job)


def run_again(job: BatchJob, version: ModelVersion, owner: User, now: datetime) -> BatchJob:
    """Begin a job with the same file and another version; their answers are compared. Raise InputGoneError."""
    _require_few(owner)
    again = BatchJob(
        job_id=new_job_id(),
        endpoint=job.endpoint,
        version=version,
        owner=owner,
        former=job,
        file_name=job.file_name,
        input_bytes=job.input_bytes,
        language=job.language,
        choice_json=job.choice_json,
        wrong_rows_accepted=True,
        created_at=now,
    )
    try:
        files.share_input(job, again)
    except FileNotFoundError as error:
        files.delete(again)
        raise InputGoneError from error
    return _begin(again)


def correct(job: BatchJob, choice: Choice) -> None:
    """Look at the file again by what the person decided, before the job starts or after it failed or was canceled.

    Raise JobStateError, InputGoneError.
    """
    if not job.has_files:
        raise InputGoneError
    changes = {"choice_json": msgspec.to_builtins(choice), "understanding_json": None, **NOTHING_YET}
    from_statuses = (Status.WAITING, Status.FAILED, Status.CANCELED)
    if not _again(job, from_statuses, StepKind.LOOK, status=Status.READING, **changes):
        raise JobStateError("corrected", job.status)


def start(job: BatchJob, *, wrong_rows_accepted: bool) -> None:
    """Begin to answer what was understood. Raise JobStateError if the job does not wait for that."""
    changes = {"wrong_rows_accepted": wrong_rows_accepted, "status": Status.QUEUED}
    if not _again(job, (Status.WAITING,), StepKind.PLAN, **changes):
        raise JobStateError("started", job.status)


def retry(job: BatchJob) -> None:
    """Begin a job that failed or was canceled anew. Raise JobStateError, InputGoneError."""
    if not job.has_files:
        raise InputGoneError
    changes = {"status": Status.QUEUED, **NOTHING_YET}
    if not _again(job, (Status.FAILED, Status.CANCELED), StepKind.PLAN, **changes):
        raise JobStateError("tried again", job.status)


def cancel(job: BatchJob, now: datetime) -> None:
    """End a job. Raise JobStateError if it has ended."""
    running = (Status.READING, Status.WAITING, Status.QUEUED, Status.RUNNING)
    if not job.move(*running, status=Status.CANCELED, ended_at=now, expires_at=files.expiry(now)):
        raise JobStateError("canceled", job.status)
    mark_canceled(job)
    wake()


def delete(job: BatchJob) -> None:
    """Delete a job that has ended, with its files. Raise JobStateError if it has not."""
    if not job.has_ended:
        raise JobStateError("deleted", job.status)
    files.delete(job)
    job.delete()


def wake() -> None:
    """Have the control worker look at the jobs now; it does so every second anyway."""
    try:
        app.send_task(names.TASK_TEND_JOBS, queue=names.QUEUE_CONTROL)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError:
        return


def _begin(job: BatchJob) -> BatchJob:
    kind = StepKind.LOOK if job.status == Status.READING else StepKind.PLAN
    with ExitStack() as undoing:
        undoing.callback(files.delete, job)
        with transaction.atomic():
            job.save()
            JobStep.objects.create(job=job, attempt=job.attempt, kind=kind)
        undoing.pop_all()
    wake()
    return job


def _again(job: BatchJob, from_statuses: tuple[str, ...], kind: StepKind, **changes: Any) -> bool:
    """Begin a new attempt with a step of this kind if the job is in one of these statuses. Return whether it was."""
    with transaction.atomic():
        # What is under way is not deleted, however long somebody waited before.
        if not job.move(*from_statuses, attempt=job.attempt + 1, expires_at=None, **changes):
            return False
        job.steps.all().delete()
        JobStep.objects.create(job=job, attempt=job.attempt, kind=kind)
    wake()
    return True


def _require_few(owner: User) -> None:
    if BatchJob.objects.filter(owner=owner).not_ended().count() >= NOT_ENDED_MAX:
        raise TooManyJobsError(NOT_ENDED_MAX)
