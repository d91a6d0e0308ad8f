"""Jobs begun anew: tried again, started, corrected, run again with another version."""

import pytest

from tests.playground import NOON, manifest
from tests.webapp.jobs.played import directories, play_all, play_chunk, play_look, play_plan, submitted
from webapp.endpoints.models import Endpoint
from webapp.jobs import files, submitting
from webapp.jobs.clearing import clear
from webapp.jobs.errors import (
    InputGoneError,
    JobStateError,
    VersionGoneError,
)
from webapp.jobs.models import BatchJob, Status, StepKind
from webapp.registry.models import ModelVersion
from webapp.registry.models import Status as VersionStatus
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


def test_a_new_champion_does_not_change_what_a_job_was_begun_with(job, penguins):
    version = job.version
    other_version(penguins)
    play_all(job)
    assert job.version == version
