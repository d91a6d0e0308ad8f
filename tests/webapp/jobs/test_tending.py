"""Which steps are sent, in whose turn, and what happens to those that get lost: on a real Redis."""

from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
import redis
from kombu.exceptions import OperationalError

from tests.playground import NOON
from tests.redis_server import running_redis
from tests.webapp.jobs.played import play_all, play_chunk, play_look, play_plan, step_of, submitted
from webapp import redis_client
from webapp.celery import app
from webapp.jobs import submitting, tending
from webapp.jobs.models import BatchJob, JobStep, Status, StepState
from webapp.jobs.recording import record_chunk
from webapp.jobs.tending import DELIVERIES_MAX, tend
from webapp.jobs.turns import Turns
from webapp.registry.models import ModelVersion
from webapp.registry.models import Status as VersionStatus
from worker.contract import names
from worker.contract.batch import CANCELED_PREFIX, LEASE_PREFIX, ChunkOutcome, PlanRequest, ScoreRequest

LATER = NOON + timedelta(seconds=4)
"""When what was sent at noon and is nowhere counts as lost."""

pytestmark = pytest.mark.box


@pytest.fixture(scope="module")
def redis_socket(tmp_path_factory):
    with running_redis(tmp_path_factory.mktemp("redis")) as socket:
        yield socket


@pytest.fixture(autouse=True)
def _queue(redis_socket, settings, monkeypatch) -> Iterator[None]:
    """Let messages really go to a queue, and leases be looked for in the same Redis."""
    settings.REDIS_SOCKET, settings.BATCH_PROCESSES = redis_socket, 2
    monkeypatch.setattr(tending, "TURNS", Turns())
    redis_client.client.cache_clear()
    with app.connection_for_write(f"redis+socket://{redis_socket}") as connection:
        monkeypatch.setattr(app, "send_task", partial(app.send_task, connection=connection))
        yield
    with redis.Redis(unix_socket_path=str(redis_socket)) as client:
        client.flushall()
    redis_client.client().close()
    redis_client.client.cache_clear()


@pytest.fixture
def job(bob, penguins, tmp_path) -> BatchJob:
    return submitted(bob, penguins, tmp_path)


def queued() -> list[dict[str, Any]]:
    """Return the messages in the queue of the batch workers, the next one first."""
    found = redis_client.client().lrange(names.QUEUE_BATCH, 0, -1)
    messages = [msgspec.json.decode(each) for each in reversed(found)]
    for message in messages:
        message["body"] = msgspec.json.decode(b64decode(message["body"]))
    return messages


def asked() -> list[tuple[str, str]]:
    """Return which tasks are asked for, of which jobs."""
    return [(each["headers"]["task"], each["body"][1]["message"]["step"]["job_id"]) for each in queued()]


def take_all() -> list[str]:
    """Take the messages, as workers do, and return their tokens."""
    tokens = [each["headers"]["id"] for each in queued()]
    redis_client.client().delete(names.QUEUE_BATCH)
    return tokens


def states() -> Counter[str]:
    return Counter(JobStep.objects.values_list("state", flat=True))


def test_nothing_is_sent_where_there_is_nothing_to_do(db):
    tend(NOON)
    assert queued() == []


def test_a_job_is_planned_by_its_version_in_the_words_of_its_owner(bob, penguins, tmp_path):
    job = submitted(bob, penguins, tmp_path, language="fr", wrong_rows_accepted=True)
    tend(NOON)
    (message,) = queued()
    request = msgspec.convert(message["body"][1]["message"], PlanRequest)
    assert message["headers"]["task"] == names.TASK_PLAN_JOB
    assert message["headers"]["id"] == request.step.token == job.steps.get().token
    assert (request.step.job_id, request.digest, request.processes) == (job.job_id, job.version.digest, 2)
    assert (request.only_look, request.wrong_rows_accepted) == (False, True)
    assert any("ligne" in phrase for phrase in request.phrases.values())


def test_a_file_to_look_at_is_only_looked_at(bob, penguins, tmp_path):
    submitted(bob, penguins, tmp_path, looks_first=True)
    tend(NOON)
    assert msgspec.convert(queued()[0]["body"][1]["message"], PlanRequest).only_look


def test_what_was_sent_is_not_sent_again(job):
    tend(NOON)
    tend(NOON)
    assert len(queued()) == 1


def test_a_job_that_waits_for_a_person_is_left_alone(bob, penguins, tmp_path):
    job = submitted(bob, penguins, tmp_path, looks_first=True)
    play_look(job)
    tend(NOON)
    assert queued() == []


def test_chunks_are_sent_in_their_order_and_no_more_than_the_workers_can_have(job):
    play_plan(job, 10)
    tend(NOON)
    requests = [msgspec.convert(each["body"][1]["message"], ScoreRequest) for each in queued()]
    assert [request.chunk.number for request in requests] == [0, 1, 2, 3]
    play_chunk(job, 0)
    tend(NOON)
    assert states() == {StepState.DONE: 2, StepState.SENT: 4, StepState.WAITING: 5}


def test_what_waits_in_the_queue_is_never_lost(job):
    tend(NOON)
    tend(NOON + timedelta(days=1))
    assert (len(queued()), job.steps.get().deliveries) == (1, 1)


def test_what_a_worker_has_a_lease_for_is_not_lost(job):
    tend(NOON)
    (token,) = take_all()
    redis_client.client().set(LEASE_PREFIX + token, 0)
    tend(NOON + timedelta(days=1))
    assert queued() == []


def test_a_worker_that_has_just_taken_a_message_has_time_for_its_lease(job):
    tend(NOON)
    take_all()
    tend(NOON + timedelta(seconds=2))
    assert queued() == []


def test_what_neither_the_queue_nor_a_worker_has_is_sent_again(job, caplog):
    tend(NOON)
    (token,) = take_all()
    tend(LATER)
    assert [each["headers"]["id"] for each in queued()] == [job.steps.get().token] != [token]
    assert "was lost; it is sent again" in caplog.text


def test_a_wiped_redis_loses_nothing(bob, penguins, tmp_path):
    jobs = [submitted(bob, penguins, tmp_path) for _ in range(3)]
    tend(NOON)
    redis_client.client().flushall()
    tend(LATER)
    assert {job_id for _, job_id in asked()} == {job.job_id for job in jobs}


def test_a_clock_that_was_set_back_loses_nothing(job):
    tend(NOON)
    take_all()
    tend(NOON - timedelta(hours=1))
    assert len(queued()) == 1


def test_while_redis_does_not_answer_nothing_counts_as_lost(job, settings, tmp_path):
    tend(NOON)
    redis_client.client().close()
    redis_client.client.cache_clear()
    settings.REDIS_SOCKET = tmp_path / "nobody.sock"
    tend(LATER)
    assert job.steps.get().state == StepState.SENT


def test_what_redis_does_not_take_waits_on(job, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(app, "send_task", refuse)
    tend(NOON)
    assert job.steps.get().state == StepState.WAITING


def test_a_step_that_no_worker_ever_answers_ends_the_job(job):
    tend(NOON)
    JobStep.objects.update(deliveries=DELIVERIES_MAX)
    take_all()
    tend(LATER)
    job.refresh_from_db()
    assert (job.status, job.has_ended, queued()) == (Status.FAILED, True, [])
    assert str(job.reason) == "A part was asked for 50 times, and no worker answered."


def test_a_job_whose_version_is_deleted_fails_and_says_so(job):
    ModelVersion.objects.update(status=VersionStatus.DELETED)
    tend(NOON)
    job.refresh_from_db()
    assert (job.status, queued()) == (Status.FAILED, [])
    assert str(job.reason) == "The version was deleted before it had answered all rows."


def test_a_job_whose_version_is_archived_goes_on(job):
    ModelVersion.objects.update(status=VersionStatus.ARCHIVED)
    tend(NOON)
    assert len(queued()) == 1


def test_what_was_canceled_is_sent_no_more(job):
    play_plan(job, 10)
    submitting.cancel(job, NOON)
    tend(NOON)
    assert queued() == []


def test_an_attempt_right_after_a_cancel_is_a_new_one(job):
    tend(NOON)
    submitting.cancel(job, NOON)
    submitting.retry(job)
    tend(NOON)
    attempts = [each["body"][1]["message"]["step"]["attempt"] for each in queued()]
    assert attempts == [1, 2]


def test_a_chunk_that_was_given_up_is_asked_for_without_the_model(job):
    play_plan(job, 1)
    tend(NOON)
    take_all()
    record_chunk(ChunkOutcome(step=step_of(job), number=0, gave_up=True), NOON)
    tend(NOON)
    assert msgspec.convert(queued()[0]["body"][1]["message"], ScoreRequest).skip


def test_a_comparison_names_the_attempt_whose_answers_it_is_with(job, bob):
    submitting.cancel(job, NOON)
    submitting.retry(job)
    play_all(job)
    again = submitting.run_again(job, job.version, bob, NOON)
    play_plan(again, 1)
    play_chunk(again, 0)
    tend(NOON)
    former = queued()[0]["body"][1]["message"]["former"]
    assert (former["job_id"], former["attempt"]) == (job.job_id, 2)


def test_a_former_job_whose_result_is_gone_is_not_compared_with(job, bob):
    again = submitting.run_again(job, job.version, bob, NOON)
    submitting.cancel(job, NOON)
    play_plan(again, 1)
    play_chunk(again, 0)
    tend(NOON)
    assert queued()[0]["body"][1]["message"]["former"] is None


@pytest.mark.parametrize(
    ("changes", "lane"), [({"rows": 20_001}, "later"), ({"is_part": True}, "later"), ({}, "first")]
)
def test_chunks_of_large_files_and_of_those_still_being_cut_let_others_pass(job, changes, lane):
    play_plan(job, 1, **changes)
    tend(NOON)
    tasks = [each["headers"]["task"] for each in queued()]
    assert tasks.count(names.TASK_SCORE_CHUNK) == (lane == "first")
    assert redis_client.client().llen(tending.LATER_QUEUE) == (lane == "later")


def test_whoever_is_still_at_an_attempt_hears_that_there_is_another(job, django_capture_on_commit_callbacks):
    BatchJob.objects.update(status=Status.FAILED)
    with django_capture_on_commit_callbacks(execute=True):
        submitting.retry(job)
    key = f"{CANCELED_PREFIX}{job.job_id}"
    assert [redis_client.client().exists(f"{key}:{attempt}") for attempt in (1, 2)] == [1, 0]
