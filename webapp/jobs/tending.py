"""Hands steps of jobs to the data plane, a fair share to each person, and asks again for what was lost on the way.

A step that was sent is either in the queue, or a worker keeps its lease. What is neither after a while was lost: with
its worker or with Redis. It is sent again, as often as that happens; a worker counts on the disk how often it begins a
step, and gives up one that kills it.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from itertools import count
from typing import Final
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db.models import F
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from webapp import redis_client
from webapp.celery import app
from webapp.jobs import requests
from webapp.jobs.models import UNDER_WAY, JobStep, StepKind, StepState
from worker.contract import names
from worker.contract.batch import LEASE_PREFIX

logger = logging.getLogger(__name__)

GRACE: Final = timedelta(seconds=3)
"""So long may be between a worker's taking a message and its lease."""

STEPS_PER_PROCESS: Final = 2
"""One in work and one in the queue, so that no worker waits for the control plane."""

TASKS: Final = {
    StepKind.LOOK: names.TASK_PLAN_JOB,
    StepKind.PLAN: names.TASK_PLAN_JOB,
    StepKind.SCORE: names.TASK_SCORE_CHUNK,
    StepKind.ASSEMBLE: names.TASK_ASSEMBLE_JOB,
}


class Turns:
    """Whose turn it is: who has least under way, and among those who waited longest since the last."""

    def __init__(self) -> None:
        self._clock = count(1)
        self._owners: dict[int, int] = {}
        self._jobs: dict[int, int] = {}

    def choose(self, waiting: list[JobStep], owners: Counter[int], jobs: Counter[int]) -> JobStep:
        """Return the step that comes next, of one waiting step for each job."""
        return min(
            waiting,
            key=lambda step: (
                owners[step.job.owner_id],
                self._owners.get(step.job.owner_id, 0),
                jobs[step.job_id],
                self._jobs.get(step.job_id, 0),
                step.job_id,
            ),
        )

    def note(self, step: JobStep) -> None:
        """Note that a step was sent."""
        self._owners[step.job.owner_id] = self._jobs[step.job_id] = next(self._clock)

    def forget_all_but(self, jobs: set[int]) -> None:
        """Forget the jobs that have ended."""
        self._jobs = {job: turn for job, turn in self._jobs.items() if job in jobs}


TURNS: Final = Turns()


def tend(now: datetime) -> None:
    """Take back what was lost, then send as many steps as the data plane can have. Only one process may call it."""
    sent = list(JobStep.objects.sent().select_related("job"))
    lost = _lost(sent, now)
    for step in lost:
        logger.warning("Step %s %d of job %s was lost; it is sent again.", step.kind, step.number, step.job.job_id)
        JobStep.objects.filter(pk=step.pk, state=StepState.SENT).update(state=StepState.WAITING)
    under_way = [step for step in sent if step not in lost]
    _send_waiting(under_way, now)


def _lost(sent: list[JobStep], now: datetime) -> list[JobStep]:
    """Return the steps that neither a queue nor a worker has. While Redis does not answer nothing is lost."""
    old = [step for step in sent if step.sent_at is None or now - step.sent_at > GRACE]
    if not old:
        return []
    try:
        client = redis_client.client()
        # The queue is read before the leases: what a worker takes in between has its lease by the second look.
        queued = b"\n".join(client.lrange(names.QUEUE_BATCH, 0, -1))  # type: ignore[arg-type]  # not a coroutine
        leases = client.mget([LEASE_PREFIX + step.token for step in old])
    except RedisError:
        return []
    return [
        step for step, lease in zip(old, leases, strict=True) if lease is None and step.token.encode() not in queued
    ]


def _send_waiting(under_way: list[JobStep], now: datetime) -> None:
    owners = Counter(step.job.owner_id for step in under_way)
    jobs = Counter(step.job_id for step in under_way)
    free = STEPS_PER_PROCESS * settings.BATCH_PROCESSES - len(under_way)
    while free > 0:
        waiting = _first_waiting()
        if not waiting:
            return
        for _ in range(min(free, len(waiting))):
            step = TURNS.choose(waiting, owners, jobs)
            waiting.remove(step)
            if not send(step, now):
                return
            owners[step.job.owner_id] += 1
            jobs[step.job_id] += 1
            TURNS.note(step)
            free -= 1


def _first_waiting() -> list[JobStep]:
    """Return the first waiting step of each job under way."""
    first: dict[int, JobStep] = {}
    waiting = JobStep.objects.filter(state=StepState.WAITING, job__status__in=UNDER_WAY, attempt=F("job__attempt"))
    for step in waiting.select_related("job__version", "job__owner").order_by("job", "kind", "number"):
        first.setdefault(step.job_id, step)
    return list(first.values())


def send(step: JobStep, now: datetime) -> bool:
    """Hand a step to the data plane. Return False when Redis does not take it; then it waits on."""
    token = uuid4().hex
    marked = JobStep.objects.filter(pk=step.pk, state=StepState.WAITING).update(
        state=StepState.SENT, token=token, sent_at=now, deliveries=F("deliveries") + 1
    )
    if marked != 1:
        return True
    step.token = token
    message = msgspec.to_builtins(requests.request(step))
    try:
        app.send_task(  # type: ignore[no-untyped-call]  # Celery is untyped
            TASKS[StepKind(step.kind)], kwargs={"message": message}, queue=names.QUEUE_BATCH, task_id=token
        )
    except (OperationalError, RedisError):
        JobStep.objects.filter(pk=step.pk, token=token).update(state=StepState.WAITING)
        return False
    return True
