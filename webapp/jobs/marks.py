"""What the control plane tells workers of a job, beside its messages: that it was canceled."""

from contextlib import suppress
from typing import Final

from redis.exceptions import RedisError

from webapp import redis_client
from webapp.jobs.models import BatchJob
from worker.contract.batch import CANCELED_PREFIX

CANCELED_S: Final = 600
"""No chunk takes longer; a worker that misses it only works in vain."""


def mark_canceled(job: BatchJob) -> None:
    """Tell whoever is at it that it may stop. An attempt after that is another name."""
    with suppress(RedisError):
        redis_client.client().set(f"{CANCELED_PREFIX}{job.job_id}:{job.attempt}", 1, ex=CANCELED_S)
