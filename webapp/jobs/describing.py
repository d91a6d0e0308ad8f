"""A job as programs and pages are told of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.db.models import F
from redis.exceptions import RedisError

from webapp import redis_client
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind, StepState
from worker.contract.batch import LEASE_PREFIX
from worker.contract.words import Words

SHOWN_AS = {Status.READING: Status.QUEUED}
"""A program need not know that somebody looks at the file before it is cut."""


LARGE: Final = ("choice_json", "understanding_json", "summary_json", "differences_json", "problems_json")
"""Columns that hold cells of files."""


def progress(job: BatchJob, now: datetime, under_way: int) -> dict[str, Any]:
    """Return how far the job is: what changes while it runs."""
    done = job.rows_done + under_way
    speed = job.rows_per_s(now)
    left = job.seconds_left(now)
    return {
        "status": SHOWN_AS.get(Status(job.status), job.status),
        "rows_total": job.rows_total,
        "rows_done": done if job.rows_total is None else min(done, job.rows_total),
        "rows_failed": job.rows_invalid + job.rows_failed,
        "rows_invalid": job.rows_invalid,
        "rows_unusual": job.rows_unusual,
        "rows_per_s": None if speed is None else round(speed, 1),
        "seconds_left": None if left is None else round(left, 1),
        "reason": _said(job.reason),
        "hint": _said(job.hint),
    }


def rows_under_way(jobs: Iterable[BatchJob]) -> Counter[int]:
    """Return how many rows the workers say that they have done of chunks that are not finished, by job."""
    running = [job.pk for job in jobs if job.status == Status.RUNNING]
    if not running:
        return Counter()
    sent = JobStep.objects.filter(job__in=running, attempt=F("job__attempt"), kind=StepKind.SCORE, state=StepState.SENT)
    tokens = dict(sent.values_list("token", "job_id"))
    try:
        counts = redis_client.client().mget([LEASE_PREFIX + token for token in tokens]) if tokens else []
    except RedisError:
        return Counter()
    rows = Counter[int]()
    for job, count in zip(tokens.values(), counts, strict=True):
        rows[job] += int(count) if count and count.isdigit() else 0
    return rows


def listed(job: BatchJob, now: datetime, under_way: int) -> dict[str, Any]:
    """Return what the API tells of a job among others: nothing `LARGE`."""
    return {
        "id": job.job_id,
        "endpoint": job.endpoint.name,
        "model": job.version.model.name,
        "version": job.version.number,
        "owner": job.owner.get_username(),
        "request_id": job.request_id,
        "file": job.file_name,
        "file_bytes": job.input_bytes,
        **progress(job, now, under_way),
        "result_format": job.result_format or None,
        "result_bytes": job.result_bytes if job.has_result else None,
        "wrong_rows_bytes": job.wrong_rows_bytes if job.has_result else None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "expires_at": job.expires_at,
    }


def described(job: BatchJob, now: datetime) -> dict[str, Any]:
    """Return all that the API tells of a job."""
    return listed(job, now, rows_under_way([job])[job.pk]) | {
        "problems": job.problems_json,
        "understood": job.understanding_json,
        "summary": job.summary_json,
        "differences": job.differences_json,
    }


def _said(words: Words | None) -> str | None:
    return None if words is None else str(words)
