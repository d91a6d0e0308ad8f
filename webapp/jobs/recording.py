"""Takes in what the data plane says of the steps of jobs. A second delivery of the same changes nothing."""

import logging
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import F

from webapp.jobs import files
from webapp.jobs.models import UNDER_WAY, BatchJob, JobStep, Status, StepKind, StepState
from worker.contract.batch import (
    PROBLEMS_MAX,
    AssembleOutcome,
    ChunkOutcome,
    PlanOutcome,
    Step,
)
from worker.contract.words import NOTHING, Words

logger = logging.getLogger(__name__)


def record_plan(outcome: PlanOutcome, now: datetime) -> None:
    """Keep what was understood of a file; where it was cut, its chunks are to be scored."""
    with transaction.atomic():
        if outcome.is_part:
            _begin_early(outcome, now)
            return
        done = _done(outcome.step, StepKind.LOOK) or _done(outcome.step, StepKind.PLAN)
        if done is None:
            return
        job = done.job
        if outcome.understanding is not None:
            job.move(*UNDER_WAY, understanding_json=msgspec.to_builtins(outcome.understanding))
        if outcome.reason is not None:
            fail(job, outcome.reason, outcome.hint, now)
        elif done.kind == StepKind.LOOK:
            job.move(Status.READING, status=Status.WAITING, expires_at=files.expiry(now))
        else:
            _begin_scoring(job, outcome, now)


def record_chunk(outcome: ChunkOutcome, now: datetime) -> None:
    """Count the rows of a chunk; after the last one the result is assembled.

    A chunk that killed its workers is to be written without the model.
    """
    with transaction.atomic():
        if outcome.gave_up and _skip(outcome):
            return
        done = _done(outcome.step, StepKind.SCORE, outcome.number)
        if done is None:
            return
        job = done.job
        if outcome.reason is not None:
            fail(job, outcome.reason, NOTHING, now)
            return
        _count(job, outcome)
        _assemble_after_the_last(job)


def record_result(outcome: AssembleOutcome, now: datetime) -> None:
    """Keep what is told of the result, and that it is there."""
    with transaction.atomic():
        done = _done(outcome.step, StepKind.ASSEMBLE)
        if done is None:
            return
        if outcome.reason is not None:
            fail(done.job, outcome.reason, outcome.hint, now)
            return
        done.job.move(
            Status.RUNNING,
            status=Status.SUCCEEDED,
            ended_at=now,
            expires_at=files.expiry(now),
            result_bytes=outcome.result_bytes,
            result_format=outcome.result_format or "",
            wrong_rows_bytes=outcome.wrong_rows_bytes,
            summary_json=msgspec.to_builtins(outcome.summary),
            differences_json=msgspec.to_builtins(outcome.differences),
        )
        done.job.steps.all().delete()


def fail(job: BatchJob, reason: Words, hint: Words | None, now: datetime) -> None:
    """End a job that is under way without a result."""
    with transaction.atomic():
        failed = job.move(
            *UNDER_WAY,
            status=Status.FAILED,
            ended_at=now,
            expires_at=files.expiry(now),
            reason_json=msgspec.to_builtins(reason),
            hint_json=msgspec.to_builtins(hint) if hint is not None and hint.template else None,
        )
        if failed:
            job.steps.all().delete()


def _done(step: Step, kind: StepKind, number: int = 0) -> JobStep | None:
    """Mark a step done. Return it, or None when it was done before, or nobody waits for it any more."""
    found = _awaited(step, kind, number)
    if found is not None:
        found.state = StepState.DONE
        found.save(update_fields=["state"])
    return found


def _awaited(step: Step, kind: StepKind, number: int = 0) -> JobStep | None:
    steps = JobStep.objects.filter(
        job__job_id=step.job_id,
        attempt=step.attempt,
        job__attempt=step.attempt,
        job__status__in=UNDER_WAY,
        kind=kind,
        number=number,
    )
    return steps.exclude(state=StepState.DONE).select_related("job").first()


def _begin_early(outcome: PlanOutcome, now: datetime) -> None:
    """Have the first chunks scored while the file is still being cut."""
    planning = _awaited(outcome.step, StepKind.PLAN)
    if planning is not None:
        understanding = msgspec.to_builtins(outcome.understanding)
        planning.job.move(Status.QUEUED, status=Status.RUNNING, started_at=now, understanding_json=understanding)
        _add_chunks(planning.job, outcome)


def _begin_scoring(job: BatchJob, outcome: PlanOutcome, now: datetime) -> None:
    job.move(Status.QUEUED, status=Status.RUNNING, started_at=now)
    job.move(Status.RUNNING, rows_total=outcome.rows)
    _add_chunks(job, outcome)
    _assemble_after_the_last(job)


def _add_chunks(job: BatchJob, outcome: PlanOutcome) -> None:
    """Add the steps of all chunks but those that have been told of before."""
    JobStep.objects.bulk_create(
        [
            JobStep(
                job=job,
                attempt=job.attempt,
                kind=StepKind.SCORE,
                number=chunk.number,
                chunk_json=msgspec.to_builtins(chunk),
            )
            for chunk in outcome.chunks
        ],
        ignore_conflicts=True,
    )


def _assemble_after_the_last(job: BatchJob) -> None:
    """Have the result made if the file is cut and all chunks are done."""
    open_steps = job.steps.filter(attempt=job.attempt, kind__in=(StepKind.PLAN, StepKind.SCORE))
    if not open_steps.exclude(state=StepState.DONE).exists():
        JobStep.objects.create(job=job, attempt=job.attempt, kind=StepKind.ASSEMBLE)


def _skip(outcome: ChunkOutcome) -> bool:
    """Have a chunk that was given up written without the model. Return False when even that was given up."""
    waiting = JobStep.objects.filter(
        job__job_id=outcome.step.job_id,
        attempt=outcome.step.attempt,
        kind=StepKind.SCORE,
        number=outcome.number,
        skip=False,
    ).exclude(state=StepState.DONE)
    return waiting.update(state=StepState.WAITING, skip=True) == 1


def _count(job: BatchJob, outcome: ChunkOutcome) -> None:
    kept = sorted((*job.problems, *outcome.problems), key=lambda problem: problem.row)[:PROBLEMS_MAX]
    job.move(
        Status.RUNNING,
        rows_done=F("rows_done") + outcome.rows,
        rows_invalid=F("rows_invalid") + outcome.invalid,
        rows_failed=F("rows_failed") + outcome.failed,
        rows_unusual=F("rows_unusual") + outcome.unusual,
        problems_json=msgspec.to_builtins(kept),
    )
