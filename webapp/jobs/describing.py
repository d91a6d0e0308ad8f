"""A job as programs and pages are told of it."""

from datetime import datetime
from typing import Any

import msgspec
from redis.exceptions import RedisError

from webapp import redis_client
from webapp.jobs.models import BatchJob, Status, StepKind, StepState
from worker.contract.batch import LEASE_PREFIX
from worker.contract.words import Words

SHOWN_AS = {Status.READING: Status.QUEUED}
"""A program need not know that somebody looks at the file before it is cut."""


def progress(job: BatchJob, now: datetime) -> dict[str, Any]:
    """Return how far the job is: what changes while it runs."""
    done = job.rows_done + (rows_under_way(job) if job.status == Status.RUNNING else 0)
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


def rows_under_way(job: BatchJob) -> int:
    """Return how many rows the workers say that they have done of chunks that are not finished."""
    sent = job.steps.filter(attempt=job.attempt, kind=StepKind.SCORE, state=StepState.SENT)
    keys = [LEASE_PREFIX + token for token in sent.values_list("token", flat=True)]
    try:
        counts = redis_client.client().mget(keys) if keys else []
    except RedisError:
        return 0
    return sum(int(count) for count in counts if count and count.isdigit())


def described(job: BatchJob, now: datetime) -> dict[str, Any]:
    """Return all that the API tells of a job."""
    return {
        "id": job.job_id,
        "endpoint": job.endpoint.name,
        "model": job.version.model.name,
        "version": job.version.number,
        "owner": job.owner.get_username(),
        "file": job.file_name,
        "file_bytes": job.input_bytes,
        **progress(job, now),
        "problems": [msgspec.to_builtins(problem) for problem in job.problems],
        "understood": job.understanding_json,
        "summary": job.summary_json,
        "differences": job.differences_json,
        "result_format": job.result_format or None,
        "result_bytes": job.result_bytes if job.has_result else None,
        "wrong_rows_bytes": job.wrong_rows_bytes if job.has_result else None,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "expires_at": job.expires_at,
    }


def _said(words: Words | None) -> str | None:
    return None if words is None else str(words)
