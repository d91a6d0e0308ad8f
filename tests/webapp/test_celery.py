"""The control worker on a real Redis: what its predecessor held when it was killed is not lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from celery import Celery

from tests.redis_server import running_redis
from tests.running_box import eventually
from worker.contract import names

pytestmark = pytest.mark.box

PROJECT = Path(__file__).parents[2]
TAKE_AND_DIE = """
import os, sys
from kombu import Connection
channel = Connection(sys.argv[1]).channel()
assert channel.basic_get("control", no_ack=False)
os._exit(1)
"""


def take_and_die(broker: str) -> None:
    """Take the message as a worker does, and end without a word."""
    ended = subprocess.run([sys.executable, "-c", TAKE_AND_DIE, broker], check=False, capture_output=True, timeout=60)
    assert ended.returncode == 1, ended.stderr.decode()


def control_worker(directory: Path) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "BASTIDE_DATA_DIR": str(directory),
        "BASTIDE_REDIS_SOCKET": str(directory / "redis.sock"),
    }
    command = [sys.executable, "-m", "celery", "-A", "webapp.celery", "worker", "-P", "solo", "-Q", "control"]
    command += ["-n", "control@box", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with (directory / "control.log").open("wb") as log:
        return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)


def test_what_a_killed_control_worker_held_is_taken_up_by_its_successor(tmp_path):
    with running_redis(tmp_path) as socket, redis.Redis(unix_socket_path=str(socket)) as client:
        broker = f"redis+socket://{socket}"
        sender = Celery("tests", broker=broker, set_as_current=False)
        with sender.connection_for_write() as connection:
            message: dict[str, object] = {"message": {}}
            sender.send_task(names.TASK_RECORD_INSPECTION, kwargs=message, queue="control", connection=connection)
        take_and_die(broker)
        assert client.hlen("unacked") == 1
        worker = control_worker(tmp_path)
        try:
            assert eventually(lambda: client.hlen("unacked") == 0 and client.llen("control") == 0, timeout_s=60)
        finally:
            worker.terminate()
            worker.wait(timeout=30)
    assert "ValidationError" in (tmp_path / "control.log").read_text(), "The message was lost"
