"""What people do with jobs, in every state and twice, and that nothing of theirs is lost when it is refused."""

import errno
import os

import pytest
from django.db import transaction

from tests.playground import NOON, add_user, manifest
from tests.webapp.jobs.played import play_all, play_chunk, play_look, play_plan, submission, submitted
from webapp.endpoints.deploying import withdraw
from webapp.endpoints.models import Endpoint
from webapp.jobs import files, submitting
from webapp.jobs.clearing import clear
from webapp.jobs.errors import (
    InputGoneError,
    JobStateError,
    NotDeployedError,
    TooManyJobsError,
    VersionGoneError,
)
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind
from webapp.jobs.submitting import NOT_ENDED_MAX
from webapp.registry.models import ModelVersion
from webapp.registry.models import Status as VersionStatus
from webapp.uploading.errors import NoRoomError
from worker.contract.batch import INPUT, Choice
from worker.contract.words import Words


@pytest.fixture
def job(bob, penguins, tmp_path) -> BatchJob:
    """A job that Bob has submitted."""
    return submitted(bob, penguins, tmp_path)


@pytest.fixture
def waiting(bob, penguins, tmp_path) -> BatchJob:
    """A job of Bob's whose file was read and that waits for him."""
    job = submitted(bob, penguins, tmp_path, looks_first=True)
    play_look(job)
    return job


def other_version(endpoint: Endpoint, status: VersionStatus = VersionStatus.READY) -> ModelVersion:
    version = endpoint.deployments.get().version.model.versions.create(
        number=2, digest="2" * 64, inspection_id="2", created_by=endpoint.deployments.get().deployed_by
    )
    version.mark_ready(manifest())
    ModelVersion.objects.filter(pk=version.pk).update(status=status)
    version.refresh_from_db()
    return version


def put_away(job: BatchJob, status: VersionStatus) -> None:
    ModelVersion.objects.filter(pk=job.version_id).update(status=status)


def directories() -> list[str]:
    place = files.directory(BatchJob(job_id="x")).parent
    return sorted(path.name for path in place.glob("*"))


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


def test_a_new_champion_does_not_change_what_a_job_was_begun_with(job, penguins):
    version = job.version
    other_version(penguins)
    play_all(job)
    assert job.version == version


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.SUCCEEDED])
def test_only_what_failed_or_was_canceled_is_tried_again(job, status):
    BatchJob.objects.update(status=status)
    with pytest.raises(JobStateError, match=f"cannot be tried again: it is {status.value}"):
        submitting.retry(job)
    assert (job.status, job.attempt) == (status, 1)


def test_what_was_canceled_is_tried_again_from_the_beginning(job):
    play_plan(job)
    play_chunk(job, 0, failed=3)
    submitting.cancel(job, NOON)
    submitting.retry(job)
    assert (job.status, job.attempt, job.rows_done, job.rows_failed, job.rows_total) == (Status.QUEUED, 2, 0, 0, None)
    assert (job.ended_at, job.expires_at) == (None, None)
    assert [(step.kind, step.attempt) for step in job.steps.all()] == [(StepKind.PLAN, 2)]


def test_two_who_try_again_begin_one_attempt(job):
    submitting.cancel(job, NOON)
    same = BatchJob.objects.get()
    submitting.retry(job)
    with pytest.raises(JobStateError):
        submitting.retry(same)
    assert same.attempt == 2


def test_what_an_expired_job_answered_cannot_be_answered_again(job):
    submitting.cancel(job, NOON)
    same = BatchJob.objects.get()
    clear(job.expires_at)
    with pytest.raises(InputGoneError):
        submitting.retry(same)
    assert same.status == Status.CANCELED
    with pytest.raises(InputGoneError):
        submitting.correct(same, Choice())


@pytest.mark.parametrize("status", [VersionStatus.ARCHIVED, VersionStatus.DELETED])
def test_a_version_that_was_put_aside_answers_no_new_attempt(job, waiting, status):
    submitting.cancel(job, NOON)
    put_away(job, status)
    for begin in (
        lambda: submitting.retry(job),
        lambda: submitting.start(waiting, wrong_rows_accepted=False),
        lambda: submitting.correct(waiting, Choice()),
    ):
        with pytest.raises(VersionGoneError, match=f"penguins version 1 answers no jobs: it is {status.value}"):
            begin()
    assert (job.status, waiting.status) == (Status.CANCELED, Status.WAITING)


def test_a_retired_version_answers_what_it_began(job):
    submitting.cancel(job, NOON)
    put_away(job, VersionStatus.RETIRED)
    submitting.retry(job)
    assert job.status == Status.QUEUED


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


def test_only_what_waits_is_started(job):
    with pytest.raises(JobStateError, match="cannot be started: it is queued"):
        submitting.start(job, wrong_rows_accepted=True)


def test_what_waits_is_started_once(waiting):
    same = BatchJob.objects.get()
    submitting.start(waiting, wrong_rows_accepted=True)
    assert (waiting.status, waiting.expires_at, waiting.wrong_rows_accepted) == (Status.QUEUED, None, True)
    with pytest.raises(JobStateError, match="cannot be started: it is queued"):
        submitting.start(same, wrong_rows_accepted=True)


def test_a_correction_has_the_file_read_anew(waiting):
    submitting.correct(waiting, Choice(separator=";"))
    assert (waiting.status, waiting.choice.separator, waiting.understanding) == (Status.READING, ";", None)
    assert [step.kind for step in waiting.steps.all()] == [StepKind.LOOK]


def test_what_failed_may_be_corrected_and_forgets_why(job):
    play_plan(job, reason=Words("The file has no rows."), chunks=0)
    submitting.correct(job, Choice(sheet="Rows"))
    assert (job.status, job.reason) == (Status.READING, None)


def test_a_running_job_is_not_corrected(job):
    play_plan(job)
    with pytest.raises(JobStateError, match="cannot be corrected: it is running"):
        submitting.correct(job, Choice())


@pytest.mark.parametrize(
    "status", [VersionStatus.INSPECTING, VersionStatus.REJECTED, VersionStatus.ARCHIVED, VersionStatus.DELETED]
)
def test_no_job_is_run_again_with_a_version_that_does_not_answer(job, bob, penguins, status):
    play_all(job)
    with pytest.raises(VersionGoneError):
        submitting.run_again(job, other_version(penguins, status), bob, NOON)
    assert BatchJob.objects.count() == 1


def test_no_job_is_run_again_whose_file_is_gone(job, bob, penguins):
    play_all(job)
    clear(job.expires_at)
    with pytest.raises(InputGoneError):
        submitting.run_again(job, other_version(penguins), bob, NOON)
    assert BatchJob.objects.count() == 1
    assert directories() == []


def test_a_job_is_run_again_with_the_same_file_and_compared(job, bob, penguins):
    play_all(job)
    version = other_version(penguins)
    again = submitting.run_again(job, version, bob, NOON)
    assert (again.version, again.former, again.status) == (version, job, Status.QUEUED)
    assert (files.directory(again) / INPUT).samefile(files.directory(job) / INPUT)


def test_the_file_of_a_job_that_was_run_again_outlives_it(job, bob, penguins):
    play_all(job)
    again = submitting.run_again(job, other_version(penguins), bob, NOON)
    submitting.delete(job)
    again.refresh_from_db()
    assert again.former is None
    assert (files.directory(again) / INPUT).exists()
