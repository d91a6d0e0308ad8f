"""The steps of a job by a worker: a lease while it is at it, a count of begins, and always an answer."""

import logging
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis

from tests.redis_server import running_redis
from tests.small_disk import fill, small_disk
from tests.worker.batch.jobs import Job, job, told
from tests.worker.tables.signatures import number
from worker.batch import lease as leases
from worker.batch.lease import Canceled, Lease
from worker.batch.steps import Bench
from worker.contract.batch import (
    BEGINS_MAX,
    CANCELED_PREFIX,
    LEASE_PREFIX,
    AssembleRequest,
    FileFormat,
    ScoreRequest,
    Step,
)
from worker.models.answers import Answers

CONTENT = b"a\n" + b"".join(b"%d\n" % value for value in range(20_000))
STEP = Step(job_id="0" * 32, attempt=1, token="t")


class Models:
    """A cache that holds one model."""

    def __init__(self, model):
        self._model = model

    def get(self, digest):
        return self._model


def answering(answers):
    return told(answers, [number("a")])


def plain(table):
    return Answers(table.columns[0] * 2.0)


@pytest.fixture(scope="module")
def redis_socket(tmp_path_factory):
    with running_redis(tmp_path_factory.mktemp("redis")) as socket:
        yield socket


@pytest.fixture
def client(redis_socket):
    with closing(redis.Redis(unix_socket_path=str(redis_socket))) as client:
        client.flushall()
        yield client


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(leases, "LEASE_REFRESH_S", 0.03)
    monkeypatch.setattr(leases, "LEASE_TTL_MS", 120)


def bench(job: Job, socket: Path) -> Any:
    """Return the worker; what its steps return is looked at, whatever it is."""
    return Bench(job.spool, socket, Models(job.model))  # type: ignore[arg-type]  # it has what a step asks for


def ask(job: Job, *, skip: bool = False) -> ScoreRequest:
    return ScoreRequest(step=job.step, chunk=job.kept.chunks[0], skip=skip)


def test_steps_do_a_job(tmp_path, redis_socket, client):
    done = job(tmp_path, CONTENT, answering(plain))
    worker = bench(done, redis_socket)
    planned = worker.plan(done.request, lambda _: None)
    assert (planned.rows, planned.reason) == (20_000, None)
    for chunk in planned.chunks:
        assert worker.score(ScoreRequest(step=done.step, chunk=chunk)).reason is None
        worker.join(done.step)
    assert worker.assemble(AssembleRequest(step=done.step)).result_bytes == done.place.result.stat().st_size
    assert client.get(LEASE_PREFIX + "token") is not None


def test_result_is_told_again_when_it_is_asked_for_again(tmp_path, redis_socket):
    done = job(tmp_path, CONTENT, answering(plain))
    worker = bench(done, redis_socket)
    done.run()
    told_before = worker.assemble(AssembleRequest(step=done.step))
    worker.clear(AssembleRequest(step=done.step))
    assert sorted(path.name for path in done.place.attempt.iterdir()) == ["answers", "outcome.json", "plan.json"]
    later = msgspec.structs.replace(done.step, token="another")
    assert worker.assemble(AssembleRequest(step=later)) == msgspec.structs.replace(told_before, step=later)


def test_lease_is_kept_and_expires(redis_socket, client, quick):
    key = LEASE_PREFIX + STEP.token
    with Lease(redis_socket, STEP) as lease:
        lease.progress(7)
        time.sleep(0.3)
        assert client.get(key) == b"7"
    assert client.exists(key)
    time.sleep(0.2)
    assert not client.exists(key)


def test_lease_comes_back_after_redis_was_wiped(redis_socket, client, quick):
    with Lease(redis_socket, STEP):
        client.flushall()
        time.sleep(0.1)
        assert client.exists(LEASE_PREFIX + STEP.token)


def test_lease_of_another_attempt_is_not_canceled(redis_socket, client, quick):
    client.set(f"{CANCELED_PREFIX}{STEP.job_id}:2", 1)
    with Lease(redis_socket, STEP) as lease:
        lease.progress(1)
    client.set(f"{CANCELED_PREFIX}{STEP.job_id}:1", 1)
    with Lease(redis_socket, STEP) as lease, pytest.raises(Canceled):
        lease.progress(1)


def test_redis_that_is_gone_ends_no_step(tmp_path, caplog):
    with Lease(tmp_path / "no.sock", STEP) as lease:
        lease.progress(1)
    assert "could not be written" in caplog.text


def test_lease_that_is_refused_is_told(redis_socket, client, caplog):
    client.config_set("maxmemory", 1)
    try:
        with caplog.at_level(logging.WARNING), Lease(redis_socket, STEP):
            pass
    finally:
        client.config_set("maxmemory", 0)
    assert "could not be written" in caplog.text


def test_canceled_job_stops_between_slices(tmp_path, redis_socket, client, quick):
    asked = threading.Event()

    def slow(table):
        if not asked.is_set():
            asked.set()
            client.set(f"{CANCELED_PREFIX}{canceled.step.job_id}:1", 1)
            time.sleep(0.2)
        return plain(table)

    canceled = job(tmp_path, CONTENT, answering(slow))
    canceled.plan()
    assert bench(canceled, redis_socket).score(ask(canceled)) is None
    assert not canceled.place.part(0).exists()
    assert not canceled.place.joined.exists()


def test_result_of_an_attempt_for_which_nobody_waits_does_not_appear(tmp_path, redis_socket, client):
    late = job(tmp_path, CONTENT, answering(plain))
    late.plan()
    late.score()
    client.set(f"{CANCELED_PREFIX}{late.step.job_id}:1", 1)
    late.place.result.write_bytes(b"of the next attempt")
    assert bench(late, redis_socket).assemble(AssembleRequest(step=late.step)) is None
    assert late.place.result.read_bytes() == b"of the next attempt"


def test_step_that_ended_its_worker_thrice_is_given_up_and_skipped(tmp_path, redis_socket):
    lethal = job(tmp_path, CONTENT, answering(plain))
    lethal.plan()
    lethal.place.begun("score-0").write_bytes(b"." * BEGINS_MAX)
    worker = bench(lethal, redis_socket)
    for _ in range(2):
        outcome = worker.score(ask(lethal))
        assert (outcome.gave_up, str(outcome.reason)[:25]) == (True, "This was begun 3 times, a")
    skipped = worker.score(ask(lethal, skip=True))
    assert (skipped.rows, skipped.failed, skipped.reason) == (20_000, 20_000, None)
    worker.assemble(AssembleRequest(step=lethal.step))
    assert b"0,,failed,These rows ended the worker each time they were tried,3\n" in lethal.place.result.read_bytes()


def test_begins_are_forgotten_when_a_step_is_answered(tmp_path, redis_socket):
    made = job(tmp_path, CONTENT, answering(plain))
    made.plan()
    made.place.begun("score-0").write_bytes(b"." * (BEGINS_MAX - 1))
    assert bench(made, redis_socket).score(ask(made)).reason is None
    assert not made.place.begun("score-0").exists()


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("odd")])
def test_whatever_goes_wrong_is_answered(tmp_path, redis_socket, monkeypatch, error):
    made = job(tmp_path, CONTENT, answering(plain))
    made.plan()

    def raising(*_):
        raise error

    monkeypatch.setattr("worker.batch.scoring.check_rows", raising)
    outcome = bench(made, redis_socket).score(ask(made))
    assert str(outcome.reason) in {
        "The rows need more memory than a worker may take.",
        "This could not be done: RuntimeError: odd",
    }
    assert not outcome.gave_up


def test_what_goes_wrong_is_told_with_the_request_that_began_the_job(tmp_path, redis_socket, monkeypatch, caplog):
    made = job(tmp_path, CONTENT, answering(plain))
    made.plan()
    monkeypatch.setattr("worker.batch.scoring.check_rows", None)  # to call it fails
    asked = ask(made)
    step = msgspec.structs.replace(made.step, request_id="front-17")
    bench(made, redis_socket).score(msgspec.structs.replace(asked, step=step))
    assert f"A step of job {step.job_id} (request front-17) failed" in caplog.text


def test_job_that_is_gone_does_not_come_back(tmp_path, redis_socket):
    gone = job(tmp_path, CONTENT, answering(plain))
    gone.plan()
    request = ask(gone)
    gone.place.job.rename(tmp_path / "elsewhere")
    assert "FileNotFoundError" in str(bench(gone, redis_socket).score(request).reason)
    assert not gone.place.job.exists()


@pytest.mark.parametrize("output", FileFormat)
@pytest.mark.parametrize("step", ["score", "assemble"])
def test_full_disk_is_told(tmp_path, redis_socket, output, step):
    with small_disk(tmp_path, 3 << 20) as disk:
        made = job(disk, CONTENT, answering(plain))
        made = job(disk, CONTENT, answering(plain), msgspec.structs.replace(made.request.choice, output=output))
        made.plan()
        if step == "assemble":
            made.score()
        request = ask(made)
        fill(disk)
        worker = bench(made, redis_socket)
        outcome = worker.score(request) if step == "score" else worker.assemble(AssembleRequest(step=made.step))
        assert str(outcome.reason) == "The disk of the box is full."
