"""Takes note of files of jobs that are gone though nobody deleted them: a backup was restored that holds none."""

from datetime import datetime

from webapp.jobs import files
from webapp.jobs.models import BatchJob, Status


def take_note(now: datetime) -> int:
    """Cancel what was under way without its files, and promise nobody a result that is not there. Return how many."""
    gone = [job for job in BatchJob.objects.filter(files_deleted_at__isnull=True) if not files.directory(job).is_dir()]
    jobs = BatchJob.objects.filter(pk__in=[job.pk for job in gone])
    jobs.not_ended().update(status=Status.CANCELED, ended_at=now)
    for job in gone:
        job.steps.all().delete()
    return jobs.update(files_deleted_at=now)
