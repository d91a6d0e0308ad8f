"""Hands steps of jobs to the data plane, a fair share to each person, and asks again for what was lost on the way.

A step that was sent is either in the queue, or a worker keeps its lease. What is neither after a while was lost: with
its worker or with Redis. It is sent again; a worker counts on the disk how often it begins a step, and gives up one
that kills it. A step that gets no worker even to begin is given up here.

It runs every second: it reads keys, and only of what it sends the rest.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db.models import F, OuterRef, Subquery
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from webapp import redis_client
from webapp.celery import app
from webapp.jobs import requests
from webapp.jobs.models import BatchJob, JobStep, StepKind, StepState
from webapp.jobs.recording import fail
from webapp.jobs.turns import Next, Turns
from webapp.registry.models import Status as VersionStatus
from worker.contract import names
from worker.contract.batch import LEASE_PREFIX
from worker.contract.words import Words

logger = logging.getLogger(__name__)

GRACE: Final = timedelta(seconds=3)
"""So long may be between a worker's taking a message and its lease."""

STEPS_PER_PROCESS: Final = 2
"""One in work and one in the queue, so that no worker waits for the control plane."""

LARGE_ROWS: Final = 20_000
LATER: Final = 6
LATER_QUEUE: Final = f"{names.QUEUE_BATCH}\x06\x16{LATER}"
"""Where Celery's transport keeps messages of this priority. Workers take what is in the queue itself first."""

DELIVERIES_MAX: Final = 50
"""Minutes of losses one after another: no restart of Redis or of workers takes so long."""

LOST: Final = Words("A part was asked for {count:,} times, and no worker answered.", {"count": DELIVERIES_MAX})
LOST_HINT: Final = Words("An administrator finds more in the log of the batch workers.")
DELETED: Final = Words("The version was deleted before it had answered all rows.")
DELETED_HINT: Final = Words("Run the file again with another version.")

TASKS: Final = {
    StepKind.LOOK: names.TASK_PLAN_JOB,
    StepKind.PLAN: names.TASK_PLAN_JOB,
    StepKind.SCORE: names.TASK_SCORE_CHUNK,
    StepKind.ASSEMBLE: names.TASK_ASSEMBLE_JOB,
}
TURNS: Final = Turns()


def tend(now: datetime) -> None:
    """Take back what was lost, then send as many steps as the data plane can have. Only one process may call it."""
    sent = list(JobStep.objects.sent())
    lost = {step.pk for step in _lost(sent, now)}
    for step in sent:
        if step.pk in lost:
            _take_back(step, now)
    _send_waiting([step for step in sent if step.pk not in lost], now)


def _lost(sent: list[JobStep], now: datetime) -> list[JobStep]:
    """Return the steps that neither a queue nor a worker has. While Redis does not answer nothing is lost."""
    # A clock that was set back must not make anybody wait until it is as late again.
    old = [step for step in sent if step.sent_at is None or abs(now - step.sent_at) > GRACE]
    if not old:
        return []
    try:
        client = redis_client.client()
        # The queue is read before the leases: what a worker takes in between has its lease by the second look.
        queued = b"".join(b"".join(client.lrange(name, 0, -1)) for name in (names.QUEUE_BATCH, LATER_QUEUE))  # type: ignore[arg-type]  # not a coroutine
        leases = client.mget([LEASE_PREFIX + step.token for step in old])
    except RedisError:
        return []
    return [
        step for step, lease in zip(old, leases, strict=True) if lease is None and step.token.encode() not in queued
    ]


def _take_back(step: JobStep, now: datetime) -> None:
    lost = "Step %s %d of job %s (request %s) was lost; it is sent again."
    logger.warning(lost, step.kind, step.number, step.job.job_id, step.job.request_id or "-")
    JobStep.objects.filter(pk=step.pk, state=StepState.SENT, token=step.token).update(state=StepState.WAITING)
    if step.deliveries >= DELIVERIES_MAX:
        fail(step.job, LOST, LOST_HINT, now)


def _send_waiting(under_way: list[JobStep], now: datetime) -> None:
    owners = Counter(step.job.owner_id for step in under_way)
    jobs = Counter(step.job_id for step in under_way)
    free = STEPS_PER_PROCESS * settings.BATCH_PROCESSES - len(under_way)
    while free > 0 and (waiting := _next_steps()):
        TURNS.forget_all_but({*jobs, *(step.job_id for step in waiting)})
        while free > 0 and waiting:
            step = TURNS.choose(waiting, owners, jobs)
            waiting.remove(step)
            if not send(step.step_id, now):
                return
            owners[step.owner_id] += 1
            jobs[step.job_id] += 1
            TURNS.note(step)
            free -= 1


def _next_steps() -> list[Next]:
    """Return the first waiting step of each job under way."""
    waiting = JobStep.objects.filter(job=OuterRef("pk"), attempt=OuterRef("attempt"), state=StepState.WAITING)
    in_order = waiting.order_by("kind", "number")
    first = {"step": Subquery(in_order.values("pk")[:1]), "kind": Subquery(in_order.values("kind")[:1])}
    jobs = BatchJob.objects.under_way().order_by().annotate(**first).values_list("step", "kind", "pk", "owner_id")  # type: ignore[misc]  # annotated by a mapping
    return [
        Next(step_id=step, job_id=job, owner_id=owner, is_last=kind == StepKind.ASSEMBLE)
        for step, kind, job, owner in jobs
        if step is not None
    ]


def _may_wait(step: JobStep) -> bool:
    """Return whether a step lets those of small jobs pass in the queue: a chunk of a large job.

    One of which chunks are known before the count of its rows is large.
    """
    rows = step.job.rows_total
    return step.kind == StepKind.SCORE and (rows is None or rows > LARGE_ROWS)


def send(step_id: int, now: datetime) -> bool:
    """Hand a step that waits to the data plane. Return False when Redis does not take it; then it waits on."""
    token = uuid4().hex
    marked = JobStep.objects.filter(pk=step_id, state=StepState.WAITING).update(
        state=StepState.SENT, token=token, sent_at=now, deliveries=F("deliveries") + 1
    )
    if marked != 1:
        return True
    step = JobStep.objects.select_related("job__version", "job__former", "job__endpoint").get(pk=step_id)
    if step.job.version.status == VersionStatus.DELETED:
        fail(step.job, DELETED, DELETED_HINT, now)
        return True
    message = msgspec.to_builtins(requests.request(step))
    try:
        app.send_task(  # type: ignore[no-untyped-call]  # Celery is untyped
            TASKS[StepKind(step.kind)],
            kwargs={"message": message},
            queue=names.QUEUE_BATCH,
            task_id=token,
            priority=LATER if _may_wait(step) else 0,
        )
    except (OperationalError, RedisError):
        JobStep.objects.filter(pk=step.pk, token=token).update(state=StepState.WAITING)
        return False
    return True
