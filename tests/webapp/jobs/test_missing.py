"""After a restoration, nobody is promised a file that did not come with the backup."""

import pytest

from tests.playground import NOON
from tests.webapp.jobs.builders import add_job
from webapp.jobs import files
from webapp.jobs.missing import take_note
from webapp.jobs.models import Status


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
def test_a_job_with_its_files_stays(bob, penguins, status):
    job = add_job(bob, penguins, status)
    assert take_note(NOON) == 0
    job.refresh_from_db()
    assert (job.status, job.has_files) == (status, True)


@pytest.mark.parametrize(
    ("status", "after"),
    [(Status.RUNNING, Status.CANCELED), (Status.QUEUED, Status.CANCELED), (Status.SUCCEEDED, Status.SUCCEEDED)],
)
def test_a_job_without_its_files_is_over_and_has_none(bob, penguins, status, after):
    job = add_job(bob, penguins, status)
    files.delete(job)
    assert take_note(NOON) == 1
    job.refresh_from_db()
    assert (job.status, job.has_files, job.has_result) == (after, False, False)
