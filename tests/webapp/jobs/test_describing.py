"""How far a job is, with what workers say between two looks: on a real Redis."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.playground import NOON
from tests.redis_server import running_redis
from tests.webapp.jobs.builders import add_job
from webapp import redis_client
from webapp.jobs.describing import described, listed, rows_under_way
from webapp.jobs.models import BatchJob, JobStep, Status, StepKind, StepState
from worker.contract.batch import LEASE_PREFIX

pytestmark = pytest.mark.box


@pytest.fixture
def leases(tmp_path_factory, settings) -> Iterator[None]:
    """A Redis in which workers keep leases."""
    with running_redis(tmp_path_factory.mktemp("redis")) as settings.REDIS_SOCKET:
        redis_client.client.cache_clear()
        yield
        redis_client.client().close()
        redis_client.client.cache_clear()


@pytest.fixture
def job(bob, penguins) -> BatchJob:
    return add_job(bob, penguins, Status.RUNNING)


def at_work(job: BatchJob, number: int, lease: str | None) -> None:
    token = f"{job.pk}-{number}"
    known = {"attempt": job.attempt, "kind": StepKind.SCORE, "number": number, "state": StepState.SENT, "token": token}
    JobStep.objects.create(job=job, **known)
    if lease is not None:
        redis_client.client().set(LEASE_PREFIX + token, lease)


def test_rows_of_chunks_under_way_count_for_their_own_job(leases, job, bob, penguins):
    other = add_job(bob, penguins, Status.RUNNING)
    for number, lease in enumerate(("100", "20", None, "nonsense")):
        at_work(job, number, lease)
    at_work(other, 0, "7")
    assert rows_under_way([job, other]) == {job.pk: 120, other.pk: 7}
    assert described(job, NOON)["rows_done"] == 3_220


def test_no_more_rows_are_done_than_there_are(leases, job):
    at_work(job, 0, "999999")
    assert described(job, NOON)["rows_done"] == 12_040


def test_without_redis_the_finished_chunks_count(job, settings, tmp_path):
    settings.REDIS_SOCKET = tmp_path / "nobody.sock"
    redis_client.client.cache_clear()
    JobStep.objects.create(job=job, attempt=1, kind=StepKind.SCORE, state=StepState.SENT, token="x")
    assert described(job, NOON)["rows_done"] == 3_100
    redis_client.client.cache_clear()


def test_the_speed_so_far_tells_how_long_it_will_take(job):
    told = listed(job, NOON + timedelta(seconds=31), 0)
    assert (told["rows_per_s"], told["seconds_left"]) == (100.0, 89.4)


def test_before_the_first_row_nobody_knows_how_long_it_will_take(bob, penguins):
    told = described(add_job(bob, penguins, Status.QUEUED), NOON)
    assert (told["rows_per_s"], told["seconds_left"], told["rows_total"]) == (None, None, None)


def test_a_result_whose_files_are_deleted_has_no_size(bob, penguins):
    job = add_job(bob, penguins, Status.SUCCEEDED, files_deleted_at=NOON)
    assert (described(job, NOON)["result_bytes"], described(job, NOON)["wrong_rows_bytes"]) == (None, None)
