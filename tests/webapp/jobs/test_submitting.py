"""Jobs submitted, canceled, deleted: in every state, twice, and nothing is lost where it is refused."""

import errno
import os

import pytest
from django.db import transaction

from tests.playground import NOON, add_user
from tests.webapp.jobs.played import directories, play_plan, submission, submitted
from webapp.endpoints.deploying import withdraw
from webapp.jobs import files, submitting
from webapp.jobs.errors import (
    JobStateError,
    NotDeployedError,
    TooManyJobsError,
)
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind
from webapp.jobs.submitting import NOT_ENDED_MAX
from webapp.uploading.errors import NoRoomError
from worker.contract.batch import INPUT


@pytest.fixture
def job(bob, penguins, tmp_path) -> BatchJob:
    """A job that Bob has submitted."""
    return submitted(bob, penguins, tmp_path)


def assert_nothing_was_taken(given) -> None:
    assert given.path.exists()
    assert not BatchJob.objects.exists()
    assert directories() == []


def test_where_nothing_is_deployed_no_job_begins(alice, bob, penguins, tmp_path):
    withdraw(penguins.deployments.get(), alice, NOON)
    given = submission(tmp_path)
    with pytest.raises(NotDeployedError):
        submitting.submit(bob, penguins, given, NOON)
    assert_nothing_was_taken(given)


def test_nobody_has_more_jobs_under_way_than_anybody_may(bob, penguins, tmp_path, monkeypatch):
    monkeypatch.setattr(submitting, "NOT_ENDED_MAX", 1)
    submitted(bob, penguins, tmp_path)
    given = submission(tmp_path)
    with pytest.raises(TooManyJobsError, match="1 jobs that have not ended"):
        submitting.submit(bob, penguins, given, NOON)
    assert given.path.exists()
    assert len(directories()) == BatchJob.objects.count() == 1


def test_jobs_that_have_ended_and_those_of_others_do_not_count(bob, penguins, tmp_path, monkeypatch):
    monkeypatch.setattr(submitting, "NOT_ENDED_MAX", 1)
    submitting.cancel(submitted(bob, penguins, tmp_path), NOON)
    submitted(add_user("rosa"), penguins, tmp_path)
    assert submitted(bob, penguins, tmp_path).status == Status.QUEUED


def test_a_person_may_have_a_hundred_jobs():
    assert NOT_ENDED_MAX == 100


def test_a_disk_without_room_for_the_result_takes_no_job(bob, penguins, tmp_path, settings):
    settings.DISK_RESERVE_BYTES = 1 << 60
    given = submission(tmp_path)
    with pytest.raises(NoRoomError):
        submitting.submit(bob, penguins, given, NOON)
    assert_nothing_was_taken(given)


def test_a_disk_that_runs_full_takes_no_job(bob, penguins, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    given = submission(tmp_path)
    with pytest.raises(NoRoomError):
        submitting.submit(bob, penguins, given, NOON)
    assert_nothing_was_taken(given)


def test_a_file_stays_where_it_is_until_the_job_is_sure(bob, penguins, tmp_path):
    given = submission(tmp_path)
    with transaction.atomic():
        submitting.submit(bob, penguins, given, NOON)
        transaction.set_rollback(True)
    assert given.path.exists()
    assert not BatchJob.objects.exists()


def test_a_job_begins_with_its_file_and_the_champion(bob, penguins, tmp_path, django_capture_on_commit_callbacks):
    given = submission(tmp_path)
    content = given.path.read_text()
    with django_capture_on_commit_callbacks(execute=True):
        job = submitting.submit(bob, penguins, given, NOON)
    assert (job.status, job.owner, job.version) == (Status.QUEUED, bob, penguins.champion.version)
    assert (files.directory(job) / INPUT).read_text() == content
    assert not given.path.exists()
    assert [step.kind for step in job.steps.all()] == [StepKind.PLAN]


def test_a_job_that_looks_first_is_only_read(bob, penguins, tmp_path):
    job = submitted(bob, penguins, tmp_path, looks_first=True)
    assert job.status == Status.READING
    assert [step.kind for step in job.steps.all()] == [StepKind.LOOK]


def test_a_job_that_has_ended_is_not_canceled(job):
    submitting.cancel(job, NOON)
    with pytest.raises(JobStateError, match="cannot be canceled: it is canceled"):
        submitting.cancel(job, NOON)


def test_a_canceled_job_has_no_steps_and_an_end(job):
    play_plan(job)
    submitting.cancel(job, NOON)
    assert (job.status, job.ended_at, job.expires_at) == (Status.CANCELED, NOON, files.expiry(NOON))
    assert not JobStep.objects.exists()


def test_one_who_cancels_what_was_begun_anew_meanwhile_is_told(job):
    same = BatchJob.objects.get()
    submitting.cancel(job, NOON)
    submitting.retry(job)
    with pytest.raises(JobStateError, match="it is queued"):
        submitting.cancel(same, NOON)


def test_a_job_under_way_is_not_deleted(job):
    play_plan(job)
    with pytest.raises(JobStateError, match="cannot be deleted: it is running"):
        submitting.delete(job)
    assert files.directory(job).exists()


def test_a_job_that_was_begun_anew_meanwhile_is_not_deleted(job):
    submitting.cancel(job, NOON)
    same = BatchJob.objects.get()
    submitting.retry(job)
    with pytest.raises(JobStateError, match="it is queued"):
        submitting.delete(same)
    assert (files.directory(job) / INPUT).exists()


def test_a_job_is_deleted_with_its_files_and_a_second_time_does_nothing(job):
    submitting.cancel(job, NOON)
    same = BatchJob.objects.get()
    submitting.delete(job)
    submitting.delete(same)
    assert not BatchJob.objects.exists()
    assert directories() == []


@pytest.mark.parametrize("act", [submitting.retry, lambda job: submitting.cancel(job, NOON)])
def test_who_acts_on_what_was_just_deleted_is_told_that_it_cannot_be(job, act):
    submitting.cancel(job, NOON)
    same = BatchJob.objects.get()
    submitting.delete(job)
    with pytest.raises(JobStateError):
        act(same)
