"""Whose steps are sent while many wait, and what looking after them costs."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.playground import NOON, add_user
from tests.webapp.jobs.played import ROWS, play_chunk, play_plan, submitted
from webapp.endpoints.models import Endpoint
from webapp.jobs import tending
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind, StepState
from webapp.jobs.tending import tend
from webapp.jobs.turns import Turns

SLOTS = 4
"""Steps that two processes have at a time."""


@pytest.fixture(autouse=True)
def _two_processes(settings, monkeypatch):
    settings.BATCH_PROCESSES = 2
    monkeypatch.setattr(tending, "TURNS", Turns())


def sent() -> list[JobStep]:
    return list(JobStep.objects.filter(state=StepState.SENT, job__status__in=(Status.QUEUED, Status.RUNNING)))


def add_jobs(endpoint: Endpoint, count: int, status: Status = Status.QUEUED) -> list[BatchJob]:
    """Return jobs of ten people, without files and steps."""
    owners = [add_user(f"user-{number}") for number in range(10)]
    version = endpoint.deployments.get().version
    known = {"endpoint": endpoint, "version": version, "file_name": "rows.csv", "input_bytes": 1, "created_at": NOON}
    return BatchJob.objects.bulk_create(
        BatchJob(owner=owners[number % 10], language="en", status=status, **known) for number in range(count)
    )


def test_a_small_job_is_among_the_next_beside_a_giant(alice, bob, penguins, tmp_path):
    giant = submitted(alice, penguins, tmp_path)
    play_plan(giant, 100)
    tend(NOON)
    small = submitted(bob, penguins, tmp_path)
    play_chunk(giant, 0)
    tend(NOON)
    assert [step.kind for step in sent() if step.job_id == small.pk] == [StepKind.PLAN]


def test_a_small_job_ends_while_a_giant_has_hardly_begun(alice, bob, penguins, tmp_path):
    giant, small = (submitted(owner, penguins, tmp_path) for owner in (alice, bob))
    play_plan(giant, 100)
    play_plan(small, 3)
    now = NOON
    tend(now)
    while not small.steps.filter(kind=StepKind.ASSEMBLE).exists():
        first = min(sent(), key=lambda step: (str(step.sent_at), step.pk))
        play_chunk(first.job, first.number)
        now += timedelta(milliseconds=1)
        tend(now)
    giant.refresh_from_db()
    assert giant.rows_done <= 5 * ROWS


def test_one_person_alone_has_all_processes(alice, penguins, tmp_path):
    play_plan(submitted(alice, penguins, tmp_path), 100)
    tend(NOON)
    assert len(sent()) == SLOTS


def test_ten_people_with_twenty_jobs_each_are_all_served_in_turn(penguins):
    jobs = add_jobs(penguins, 200)
    JobStep.objects.bulk_create(JobStep(job=job, attempt=1, kind=StepKind.PLAN) for job in jobs)
    order: list[int] = []
    tend(NOON)
    while steps := sent():
        order += [step.job.owner_id for step in steps]
        JobStep.objects.filter(pk__in=[step.pk for step in steps]).update(state=StepState.DONE)
        tend(NOON)
    assert set(Counter(order).values()) == {20}
    assert all(len(set(order[turn : turn + 10])) >= 8 for turn in range(0, 200, 10))


def test_looking_after_two_hundred_jobs_of_a_hundred_steps_costs_few_queries(penguins, django_assert_max_num_queries):
    jobs = add_jobs(penguins, 200, Status.RUNNING)
    JobStep.objects.bulk_create(
        JobStep(job=job, attempt=1, kind=StepKind.SCORE, number=number, chunk_json=CHUNK)
        for job in jobs
        for number in range(100)
    )
    with django_assert_max_num_queries(2 + 2 * SLOTS):
        tend(NOON)
    with django_assert_max_num_queries(1):
        tend(NOON)
    assert len(sent()) == SLOTS


CHUNK = {"number": 0, "start": 0, "stop": 1, "rows": 1, "first_row": 0}
