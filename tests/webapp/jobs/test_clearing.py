"""What is deleted when its time is over, and what is not."""

import os
from datetime import timedelta

import pytest

from tests.playground import NOON
from tests.webapp.jobs.builders import add_job
from webapp.jobs import clearing, files, submitting
from webapp.jobs.clearing import clear
from webapp.jobs.models import BatchJob, Status

PAST = NOON - timedelta(days=30)


@pytest.mark.parametrize("status", [Status.READING, Status.QUEUED, Status.RUNNING])
def test_a_job_under_way_keeps_its_files_however_old_it_is(bob, penguins, status):
    job = add_job(bob, penguins, status, created_at=PAST)
    clear(NOON)
    job.refresh_from_db()
    assert (job.status, job.has_files, files.directory(job).exists()) == (status, True, True)


def test_files_stay_until_their_time_is_over(bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED, expires_at=NOON + timedelta(seconds=1))
    clear(NOON)
    assert files.result(job).exists()


def test_a_job_that_was_begun_anew_a_moment_ago_keeps_its_files(bob, penguins, monkeypatch):
    job = add_job(bob, penguins, Status.FAILED, expires_at=NOON)
    mark = clearing._mark_cleared

    def after_a_retry(expired: BatchJob, now) -> bool:
        submitting.retry(job)
        return mark(expired, now)

    monkeypatch.setattr(clearing, "_mark_cleared", after_a_retry)
    clear(NOON)
    job.refresh_from_db()
    assert (job.status, job.has_files, files.directory(job).exists()) == (Status.QUEUED, True, True)


def test_an_expired_job_tells_what_was_done_and_nothing_of_its_rows(bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED, expires_at=NOON)
    clear(NOON)
    job.refresh_from_db()
    assert (job.status, job.rows_done, job.has_files, job.has_result) == (Status.SUCCEEDED, 12_040, False, False)
    assert (job.understanding, job.summary, job.differences, job.problems) == (None, None, None, ())
    assert not files.directory(job).exists()


def test_the_page_of_an_expired_job_is_still_there(as_bob, bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED, expires_at=NOON)
    clear(NOON)
    assert as_bob.get(f"/jobs/{job.job_id}/").status_code == 200


def test_a_job_that_nobody_started_is_canceled(bob, penguins):
    job = add_job(bob, penguins, Status.WAITING, expires_at=NOON)
    clear(NOON)
    job.refresh_from_db()
    assert (job.status, job.ended_at, job.has_files) == (Status.CANCELED, NOON, False)


def test_a_second_time_nothing_changes(bob, penguins):
    job = add_job(bob, penguins, Status.CANCELED, expires_at=NOON)
    clear(NOON)
    clear(NOON + timedelta(days=1))
    job.refresh_from_db()
    assert job.files_deleted_at == NOON


def orphan(name: str, age: timedelta):
    place = files.directory(BatchJob(job_id=name))
    place.mkdir(parents=True)
    at_s = (NOON - age).timestamp()
    os.utime(place, (at_s, at_s))
    return place


def test_what_belongs_to_no_job_is_deleted_after_an_hour(db):
    old, new = orphan("a" * 32, timedelta(hours=2)), orphan("b" * 32, timedelta(minutes=30))
    clear(NOON)
    assert (old.exists(), new.exists()) == (False, True)


def test_what_is_not_named_as_a_job_is_left(db):
    place = orphan("lost+found", timedelta(days=3))
    clear(NOON)
    assert place.exists()


def test_the_files_of_a_deleted_person_go_too(alice, bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED)
    bob.delete()
    os.utime(files.directory(job), (0, 0))
    clear(NOON)
    assert not files.directory(job).exists()
