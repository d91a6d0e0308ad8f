"""What the data plane says of jobs: in time, twice, too late, and of what nobody asked any more."""

import pytest

from tests.playground import NOON
from tests.webapp.jobs.builders import COMMA, TORGERSEN, differences, summary
from tests.webapp.jobs.played import (
    ROWS,
    play_all,
    play_chunk,
    play_look,
    play_plan,
    play_result,
    step_of,
    submitted,
)
from webapp.jobs import files, recording, submitting
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind, StepState
from worker.contract.batch import PROBLEMS_MAX, ChunkOutcome, PlanOutcome, Step
from worker.contract.errors import ProblemCode, RowProblem
from worker.contract.words import Words

DIED = Words("This was begun {begun} times, and each time the worker that did it died.", {"begun": 3})
NO_ROWS = Words("The file has no rows.")


@pytest.fixture
def job(bob, penguins, tmp_path) -> BatchJob:
    return submitted(bob, penguins, tmp_path)


def states(job: BatchJob) -> list[tuple[str, int, str]]:
    return [(step.kind, step.number, step.state) for step in job.steps.all()]


def test_what_is_said_of_an_unknown_job_is_dropped(db):
    unknown = Step(job_id="f" * 32, attempt=1, token="")
    recording.record_plan(PlanOutcome(step=unknown), NOON)
    recording.record_chunk(ChunkOutcome(step=unknown, number=0, gave_up=True, reason=DIED), NOON)
    assert not BatchJob.objects.exists()


def test_a_plan_of_a_former_attempt_is_dropped(job):
    submitting.cancel(job, NOON)
    submitting.retry(job)
    play_plan(job, step=step_of(job, attempt=1))
    assert (job.status, states(job)) == (Status.QUEUED, [(StepKind.PLAN, 0, StepState.WAITING)])


def test_a_chunk_of_a_former_attempt_is_dropped(job):
    play_plan(job)
    submitting.cancel(job, NOON)
    submitting.retry(job)
    play_plan(job)
    play_chunk(job, 0, step=step_of(job, attempt=1), failed=10)
    play_chunk(job, 1, step=step_of(job, attempt=1), gave_up=True, reason=DIED)
    assert (job.rows_done, job.rows_failed) == (0, 0)
    assert not job.steps.filter(skip=True).exists()


def test_what_is_said_after_a_cancel_is_dropped(job):
    play_plan(job)
    play_chunk(job, 0)
    submitting.cancel(job, NOON)
    play_chunk(job, 1)
    play_result(job)
    assert (job.status, job.rows_done, states(job)) == (Status.CANCELED, ROWS, [])


def test_a_cancel_after_the_last_chunk_still_ends_the_job(job):
    play_plan(job, 1)
    play_chunk(job, 0)
    submitting.cancel(job, NOON)
    play_result(job)
    assert (job.status, job.result_bytes) == (Status.CANCELED, None)


def test_a_result_that_nobody_waits_for_yet_is_dropped(job):
    play_plan(job)
    play_result(job)
    assert job.status == Status.RUNNING


def test_a_second_delivery_of_a_plan_changes_nothing(job):
    play_plan(job, 2)
    play_chunk(job, 0)
    play_plan(job, 3)
    assert (job.rows_total, job.rows_done, len(states(job))) == (2 * ROWS, ROWS, 3)


def test_a_second_delivery_of_a_chunk_is_not_counted(job):
    play_plan(job)
    play_chunk(job, 0, invalid=2)
    play_chunk(job, 0, invalid=2)
    assert (job.rows_done, job.rows_invalid) == (ROWS, 2)
    assert not job.steps.filter(kind=StepKind.ASSEMBLE).exists()


def test_a_second_delivery_of_a_result_changes_nothing(job):
    play_all(job)
    play_result(job, result_bytes=1)
    assert job.result_bytes == 321


def test_a_second_delivery_of_a_failure_changes_nothing(job):
    play_plan(job)
    play_chunk(job, 0, reason=NO_ROWS)
    play_chunk(job, 1, reason=DIED)
    assert (job.status, job.reason) == (Status.FAILED, NO_ROWS)


def test_a_file_that_was_only_looked_at_waits_and_expires(bob, penguins, tmp_path):
    job = submitted(bob, penguins, tmp_path, looks_first=True)
    play_look(job)
    assert (job.status, job.expires_at) == (Status.WAITING, files.expiry(NOON))
    assert job.understanding is not None


def test_a_file_that_cannot_be_read_fails_with_its_reason(job):
    play_plan(job, 0, reason=NO_ROWS, hint=Words("Send others."))
    assert (job.status, job.reason, job.hint) == (Status.FAILED, NO_ROWS, Words("Send others."))
    assert (job.ended_at, job.expires_at, states(job)) == (NOON, files.expiry(NOON), [])


def test_a_plan_makes_a_step_of_each_chunk(job):
    play_plan(job, 2)
    score = [(StepKind.SCORE, number, StepState.WAITING) for number in range(2)]
    assert states(job) == [(StepKind.PLAN, 0, StepState.DONE), *score]
    assert (job.status, job.rows_total, job.started_at) == (Status.RUNNING, 2 * ROWS, NOON)
    assert job.steps.get(kind=StepKind.SCORE, number=1).chunk.first_row == ROWS


def test_rows_are_counted_and_after_the_last_chunk_the_result_is_made(job):
    play_plan(job, 2)
    play_chunk(job, 1, invalid=1, failed=2, unusual=3)
    assert not job.steps.filter(kind=StepKind.ASSEMBLE).exists()
    play_chunk(job, 0, invalid=4)
    assert (job.rows_done, job.rows_invalid, job.rows_failed, job.rows_unusual) == (2 * ROWS, 5, 2, 3)
    assert job.steps.filter(kind=StepKind.ASSEMBLE, state=StepState.WAITING).count() == 1


def test_the_first_problems_are_kept_in_the_order_of_the_rows(job):
    play_plan(job, 2)
    play_chunk(job, 1, problems=(TORGERSEN,))
    play_chunk(job, 0, problems=(COMMA,))
    assert job.problems == (COMMA, TORGERSEN)


def test_no_more_problems_are_kept_than_anybody_reads(job):
    play_plan(job, 2)
    many = tuple(
        RowProblem(row=row, feature="year", code=ProblemCode.MISSING, message=f"Row {row}.")
        for row in range(PROBLEMS_MAX)
    )
    play_chunk(job, 1, problems=many)
    play_chunk(job, 0, problems=many)
    assert len(job.problems) == PROBLEMS_MAX


def test_first_chunks_begin_while_the_file_is_being_cut(job):
    play_plan(job, 2, is_part=True, rows=0)
    assert (job.status, job.started_at, job.rows_total) == (Status.RUNNING, NOON, None)
    assert states(job) == [("2-plan", 0, "waiting"), ("3-score", 0, "waiting"), ("3-score", 1, "waiting")]


def test_first_chunks_that_are_told_of_again_are_no_more_chunks(job):
    play_plan(job, 2, is_part=True)
    play_plan(job, 2, is_part=True)
    play_chunk(job, 1)
    play_plan(job, 3)
    assert states(job)[1:] == [("3-score", 0, "waiting"), ("3-score", 1, "done"), ("3-score", 2, "waiting")]
    assert (job.rows_total, job.rows_done) == (3 * ROWS, ROWS)


def test_no_result_is_made_before_the_file_is_cut(job):
    play_plan(job, 1, is_part=True)
    play_chunk(job, 0)
    assert not job.steps.filter(kind=StepKind.ASSEMBLE).exists()
    play_plan(job, 1)
    assert job.steps.filter(kind=StepKind.ASSEMBLE).count() == 1
    play_result(job)
    assert job.status == Status.SUCCEEDED


def test_a_file_that_is_found_broken_after_its_first_chunks_ends_the_job(job):
    play_plan(job, 2, is_part=True)
    play_chunk(job, 0)
    play_plan(job, 0, reason=DIED)
    assert (job.status, job.reason, states(job)) == (Status.FAILED, DIED, [])


def test_first_chunks_of_a_job_that_has_ended_are_dropped(job):
    submitting.cancel(job, NOON)
    play_plan(job, 2, is_part=True)
    assert (job.status, states(job)) == (Status.CANCELED, [])


def test_a_chunk_that_kills_its_workers_is_written_without_the_model(job):
    play_plan(job, 1)
    JobStep.objects.filter(kind=StepKind.SCORE).update(state=StepState.SENT)
    play_chunk(job, 0, rows=0, gave_up=True, reason=DIED)
    step = job.steps.get(kind=StepKind.SCORE)
    assert (job.status, step.state, step.skip) == (Status.RUNNING, StepState.WAITING, True)
    play_chunk(job, 0, failed=ROWS)
    play_result(job)
    assert (job.status, job.rows_failed) == (Status.SUCCEEDED, ROWS)


def test_a_chunk_that_kills_its_workers_without_the_model_too_ends_the_job(job):
    play_plan(job, 1)
    play_chunk(job, 0, rows=0, gave_up=True, reason=DIED)
    play_chunk(job, 0, rows=0, gave_up=True, reason=DIED)
    assert (job.status, job.reason) == (Status.FAILED, DIED)


def test_a_chunk_that_was_done_is_not_given_up_after(job):
    play_plan(job, 2)
    play_chunk(job, 0)
    play_chunk(job, 0, rows=0, gave_up=True, reason=DIED)
    assert (job.status, job.rows_done) == (Status.RUNNING, ROWS)
    assert not job.steps.filter(skip=True).exists()


def test_a_result_ends_the_job_and_its_steps(job):
    play_plan(job, 1)
    play_chunk(job, 0)
    play_result(job, summary=summary(), differences=differences(), wrong_rows_bytes=7)
    assert (job.status, job.result_bytes, job.wrong_rows_bytes) == (Status.SUCCEEDED, 321, 7)
    assert (job.summary, job.differences) == (summary(), differences())
    assert (job.ended_at, job.expires_at, states(job)) == (NOON, files.expiry(NOON), [])


def test_a_result_that_cannot_be_made_fails_with_its_reason(job):
    play_plan(job, 1)
    play_chunk(job, 0)
    play_result(job, result_bytes=0, reason=Words("The disk of the box is full."))
    assert (job.status, job.reason) == (Status.FAILED, Words("The disk of the box is full."))
