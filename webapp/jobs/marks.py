"""What the control plane tells workers of a job, beside its messages: that it was canceled."""

from contextlib import suppress
from typing import Final

from redis.exceptions import RedisError

from webapp import redis_client
from webapp.jobs.models import BatchJob
from worker.contract.batch import CANCELED_PREFIX

CANCELED_S: Final = 600
"""No chunk takes longer; a worker that misses it only works in vain."""


def mark_over(job: BatchJob, attempt: int) -> None:
    """Tell whoever is still at an attempt that it may stop: it was canceled, or there is another."""
    with suppress(RedisError):
        redis_client.client().set(f"{CANCELED_PREFIX}{job.job_id}:{attempt}", 1, ex=CANCELED_S)
