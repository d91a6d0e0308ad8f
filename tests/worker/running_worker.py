"""A real jobs worker on a real Redis, for tests."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from celery import Celery

PROJECT = Path(__file__).parents[2]
PATIENCE_S = 40.0


class RunningWorker:
    """Celery as the box runs it on the Redis in `directory`, its spool beside the socket."""

    def __init__(self, directory: Path, app: str = "worker.app") -> None:
        self.spool = directory / "spool"
        self.spool.mkdir(exist_ok=True)
        self._log = directory / "worker.log"
        socket = directory / "redis.sock"
        self.redis = redis.Redis(unix_socket_path=str(socket))
        self._sender: Any = Celery("tests", broker=f"redis+socket://{socket}", set_as_current=False)
        self._environment = os.environ | {
            "BASTIDE_REDIS_SOCKET": str(socket),
            "BASTIDE_SPOOL_DIR": str(self.spool),
            "BASTIDE_MODELS_DIR": str(directory / "models"),
            "OMP_NUM_THREADS": "1",
        }
        self._command = [sys.executable, "-m", "celery", "-A", app, "worker", "-P", "solo", "-Q", "worker.jobs"]
        self._command += ["-n", "jobs@box", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.start()

    def start(self) -> None:
        """Start it, again if need be."""
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, cwd=PROJECT, env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait(timeout=10)

    def stop(self) -> None:
        """End it for good, as a supervisor would."""
        self.process.terminate()
        self.process.wait(timeout=30)
        self.redis.close()

    def send(self, task: str, message: dict[str, Any]) -> None:
        """Publish a task by name."""
        with self._sender.connection_for_write() as connection:
            self._sender.send_task(task, kwargs={"message": message}, queue="worker.jobs", connection=connection)

    def answers_ping(self) -> bool:
        """Return whether a task really runs."""
        token = uuid.uuid4().hex
        self.send("worker.ping", {"token": token})
        return eventually(lambda: bool(self.redis.lpop(f"bastide:pong:{token}")))

    def next_outcome(self, task: str = "control.record_inspection") -> dict[str, Any]:
        """Return the next message for the control plane."""
        with self._sender.connection_for_read() as connection:
            queue = connection.SimpleQueue("control")
            received = queue.get(timeout=PATIENCE_S)
            received.ack()
            queue.close()
        assert received.headers["task"] == task
        message: dict[str, Any] = received.payload[1]["message"]
        return message


def eventually(holds: Callable[[], bool]) -> bool:
    """Return whether it comes to hold; while Redis is away it does not."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        try:
            if holds():
                return True
        except redis.ConnectionError:
            pass
        time.sleep(0.05)
    return False
