"""Deletes the files of jobs whose time is over. The jobs themselves stay, to tell what was done."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from webapp.jobs import files
from webapp.jobs.models import BatchJob, Status
from webapp.uploading.under_way import clear_expired
from worker.contract.batch import JOB_ID

logger = logging.getLogger(__name__)

NOTHING_OF_THE_ROWS: Final[dict[str, Any]] = {
    "understanding_json": None,
    "summary_json": None,
    "differences_json": None,
    "problems_json": [],
}
"""Cells of a file whose time is over are not kept elsewhere."""

ORPHAN_S: Final = 3600.0
"""A directory without a job may be one that is being made."""


def clear(now: datetime) -> None:
    """Delete what has expired: files of ended jobs and of jobs that nobody started, and what belongs to no job."""
    for job in BatchJob.objects.filter(expires_at__lte=now, files_deleted_at__isnull=True).only("job_id"):
        if _mark_cleared(job, now):
            files.delete(job)
    clear_expired(now)
    _clear_orphans(now)


def _mark_cleared(job: BatchJob, now: datetime) -> bool:
    """Take note that the files go. Return False when somebody has begun the job anew a moment ago."""
    with transaction.atomic():
        same = BatchJob.objects.filter(pk=job.pk, expires_at__lte=now)
        if same.update(files_deleted_at=now, **NOTHING_OF_THE_ROWS) != 1:
            return False
        same.filter(status=Status.WAITING).update(status=Status.CANCELED, ended_at=now)
        job.steps.all().delete()
    return True


def _clear_orphans(now: datetime) -> None:
    known = set(BatchJob.objects.values_list("job_id", flat=True))
    for place in Path(settings.SPOOL_DIR).glob("batch/*"):
        if JOB_ID.fullmatch(place.name) and place.name not in known and _age_s(place, now) > ORPHAN_S:
            logger.info("%s belongs to no job and is deleted.", place)
            files.delete(BatchJob(job_id=place.name))


def _age_s(place: Path, now: datetime) -> float:
    try:
        return now.timestamp() - place.stat().st_mtime
    except FileNotFoundError:
        return 0.0
