"""The messages that ask the data plane for the steps of a job."""

from django.conf import settings
from django.utils import translation

from webapp.jobs.models import BatchJob, JobStep, StepKind
from webapp.predictions.row_phrases import row_phrases
from worker.contract.batch import AssembleRequest, PlanRequest, ScoreRequest, Step
from worker.contract.journal import JOB, JobRows


def request(step: JobStep) -> PlanRequest | ScoreRequest | AssembleRequest:
    """Return what the data plane is asked."""
    job = step.job
    named = Step(job_id=job.job_id, attempt=step.attempt, token=step.token, request_id=job.request_id)
    if step.kind == StepKind.SCORE:
        return ScoreRequest(step=named, chunk=step.chunk, skip=step.skip, journal=_rows(job))
    if step.kind == StepKind.ASSEMBLE:
        return _assembly(job, named)
    return _plan(job, named, only_look=step.kind == StepKind.LOOK)


def _rows(job: BatchJob) -> JobRows:
    asked_ms = int(job.created_at.timestamp() * 1000)
    return JobRows(
        endpoint=job.endpoint.name, rule=job.endpoint.journal_rule, caller=f"{JOB}:{job.owner_id}", at_ms=asked_ms
    )


def _plan(job: BatchJob, step: Step, *, only_look: bool) -> PlanRequest:
    report = job.version.manifest.report
    with translation.override(job.language):
        phrases = row_phrases()
    return PlanRequest(
        step=step,
        file_name=job.file_name,
        digest=job.version.digest,
        version=job.version.number,
        choice=job.choice,
        only_look=only_look,
        wrong_rows_accepted=job.wrong_rows_accepted,
        rows_per_s=report.measurements.rows_per_s if report else 0.0,
        processes=settings.BATCH_PROCESSES,
        unpacked_bytes_max=settings.UPLOAD_BYTES_MAX,
        phrases=phrases,
    )


def _assembly(job: BatchJob, step: Step) -> AssembleRequest:
    former = job.former
    if former is None or not former.has_result:
        return AssembleRequest(step=step)
    return AssembleRequest(step=step, former=Step(job_id=former.job_id, attempt=former.attempt, token=""))
