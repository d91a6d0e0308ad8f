"""Who sees a job, and how it moves from one status to the next."""

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.playground import NOON, add_user
from tests.webapp.jobs.builders import add_job
from webapp.jobs.models import ENDED, UNDER_WAY, BatchJob, Status


@pytest.fixture
def job(bob, penguins) -> BatchJob:
    return add_job(bob, penguins, Status.QUEUED)


def test_a_job_is_its_owners_and_the_administrators(job, alice, bob, charlie):
    seen = {user.username: list(BatchJob.objects.visible_to(user)) for user in (alice, bob, charlie)}
    assert seen == {"alice": [job], "bob": [job], "charlie": []}


def test_nobody_sees_no_job(job):
    assert not BatchJob.objects.visible_to(AnonymousUser())


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_who_may_not_log_in_any_more_sees_no_job(job, alice, bob, name):
    user = {"alice": alice, "bob": bob}[name]
    user.is_active = False
    assert not BatchJob.objects.visible_to(user)


def test_a_status_is_either_an_end_or_under_way_or_waits_for_a_person():
    assert {*ENDED, *UNDER_WAY, Status.WAITING} == set(Status)


def test_a_job_does_not_move_from_a_status_that_it_is_not_in(job):
    assert not job.move(Status.RUNNING, status=Status.SUCCEEDED)
    assert job.status == Status.QUEUED


def test_an_attempt_that_is_over_moves_nothing(job):
    same = BatchJob.objects.get()
    job.move(Status.QUEUED, attempt=2)
    assert not same.move(Status.QUEUED, status=Status.CANCELED)
    assert (same.status, same.attempt) == (Status.QUEUED, 2)


def test_a_job_that_was_deleted_does_not_move(job):
    same = BatchJob.objects.get()
    job.delete()
    assert not same.move(Status.QUEUED, status=Status.CANCELED)


def test_a_job_moves_and_is_fresh_after(job):
    BatchJob.objects.update(rows_done=7)
    assert job.move(Status.QUEUED, status=Status.RUNNING, started_at=NOON)
    assert (job.status, job.rows_done) == (Status.RUNNING, 7)


def test_ids_are_not_guessed(penguins):
    user = add_user("rosa")
    ids = {add_job(user, penguins, Status.QUEUED).job_id for _ in range(5)}
    assert {len(each) for each in ids} == {32}
    assert len(ids) == 5


def test_there_is_a_result_only_as_long_as_its_files_are_there(bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED)
    assert job.has_result
    job.files_deleted_at = NOON
    assert not job.has_result
