"""The Celery app: light, careful with what it accepts, and alive after whatever happens to it or to Redis."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_server import start_redis
from tests.worker.running_worker import PROJECT, RunningWorker, eventually
from worker.app import app
from worker.contract.names import LIFE_BUSY_TTL_MS, LIFE_PREFIX, LIFE_TTL_MS, QUEUE_JOBS

HEAVY = ("numpy", "sklearn", "pandas", "polars", "onnxruntime", "skops", "skl2onnx", "django.conf")


@pytest.fixture
def redis_directory(tmp_path: Path) -> Iterator[Path]:
    server = start_redis(tmp_path)
    try:
        yield tmp_path
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def worker(redis_directory: Path) -> Iterator[RunningWorker]:
    running = RunningWorker(redis_directory, "tests.worker.raising_tasks")
    try:
        assert running.answers_ping()
        yield running
    finally:
        running.stop()


def test_starting_imports_no_model_library():
    script = f"import worker.tasks, sys, json; print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    printed = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, check=True).stdout
    assert json.loads(printed) == []


def test_only_json_is_accepted():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.result_backend is None


@pytest.mark.box
def test_a_memory_error_in_a_task_leaves_the_worker_alive(worker):
    worker.send("tests.eat_memory", {})
    assert worker.answers_ping()
    assert worker.process.poll() is None
    assert eventually(lambda: worker.redis.hlen("bastide:worker:unacked") == 0)


@pytest.mark.box
def test_what_a_killed_worker_held_is_begun_again_by_its_successor(worker):
    starts = worker.spool / "token"
    worker.send("tests.linger", {"token": "token"})
    assert eventually(starts.exists)
    worker.kill()
    worker.start()
    assert eventually(lambda: starts.read_text() == "..")
    assert eventually(lambda: worker.redis.hlen("bastide:worker:unacked") == 0)


@pytest.mark.box
def test_a_restart_of_redis_needs_no_restart_of_the_worker(tmp_path):
    server = start_redis(tmp_path)
    worker = RunningWorker(tmp_path)
    try:
        assert worker.answers_ping()
        server.terminate()
        server.wait(timeout=10)
        server = start_redis(tmp_path)
        assert worker.answers_ping()
        assert worker.process.poll() is None
    finally:
        worker.stop()
        server.terminate()
        server.wait(timeout=10)


@pytest.mark.box
def test_the_loop_of_a_worker_leaves_a_sign_of_life_that_expires(worker):
    key = f"{LIFE_PREFIX}{QUEUE_JOBS}:jobs@box"
    assert 0 < worker.redis.pttl(key) <= LIFE_BUSY_TTL_MS
    worker.redis.delete(key)
    assert eventually(lambda: 0 < worker.redis.pttl(key) <= LIFE_TTL_MS)
    assert worker.answers_ping()
    assert worker.process.poll() is None


@pytest.mark.box
def test_a_worker_that_is_busy_for_long_still_lives(worker):
    worker.send("tests.linger", {"token": "token"})
    assert eventually((worker.spool / "token").exists)
    ttl_ms = worker.redis.pttl(f"{LIFE_PREFIX}{QUEUE_JOBS}:jobs@box")
    worker.kill()
    worker.start()
    assert ttl_ms > LIFE_TTL_MS
