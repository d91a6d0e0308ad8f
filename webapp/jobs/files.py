"""Where the files of jobs lie: `spool/batch/<job_id>/`, one directory a job."""

import os
import shutil
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from webapp.jobs.errors import InputGoneError, InputLostError
from webapp.jobs.models import BatchJob
from worker.contract.batch import INPUT, RESULT, WRONG_ROWS


def directory(job: BatchJob) -> Path:
    """Return the job's directory."""
    return Path(settings.SPOOL_DIR) / "batch" / job.job_id


def keep_input(job: BatchJob, path: Path) -> None:
    """Make the file at `path`, which lies on the same disk, the job's input; it leaves `path` with the commit."""
    place = directory(job)
    place.mkdir(mode=0o770, parents=True)
    path.chmod(0o640)  # the data plane reads by its group
    os.link(path, place / INPUT)
    transaction.on_commit(partial(path.unlink, missing_ok=True))


def share_input(former: BatchJob, job: BatchJob) -> None:
    """Let a job have a former one's input, without a copy. Raise InputGoneError or InputLostError if that is gone."""
    place = directory(job)
    place.mkdir(mode=0o770, parents=True)
    try:
        os.link(directory(former) / INPUT, place / INPUT)
    except FileNotFoundError as error:
        gone = InputLostError if former.has_lost_files else InputGoneError
        raise gone from error


def result(job: BatchJob) -> Path:
    """Return the finished file."""
    return directory(job) / RESULT


def wrong_rows(job: BatchJob) -> Path:
    """Return the file of the rows that were not answered."""
    return directory(job) / WRONG_ROWS


def delete(job: BatchJob) -> None:
    """Delete all files of a job. That there are none is well."""
    shutil.rmtree(directory(job), ignore_errors=True)


def expiry(now: datetime) -> datetime:
    """Return when the files of a job that ends now are deleted."""
    return now + timedelta(days=settings.JOB_DAYS)
