"""Real inference workers on a real Redis, started again when they die, as the supervisor does."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

PROJECT = Path(__file__).parents[3]


class RunningWorkers:
    """Two inference workers while the block lasts. `deaths` counts how many died and were replaced."""

    def __init__(self, directory: Path, app: str) -> None:
        self._directory = directory
        self._app = app
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._replace_the_dead)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.deaths = 0

    def __enter__(self) -> Self:
        self._processes = [self._start(number) for number in (1, 2)]
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._watch.join()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=30)

    def _replace_the_dead(self) -> None:
        while not self._stopped.wait(0.1):
            for index, process in enumerate(self._processes):
                if process.poll() is not None:
                    self.deaths += 1
                    self._processes[index] = self._start(index + 1)

    def _start(self, number: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "celery", "-A", self._app, "worker", "-P", "solo", "-Q", "worker.inference"]
        command += ["-n", f"inference-{number}@box", "--without-gossip", "--without-mingle", "--without-heartbeat"]
        environment = os.environ | {
            "BASTIDE_REDIS_SOCKET": str(self._directory / "redis.sock"),
            "BASTIDE_MODELS_DIR": str(self._directory / "models"),
            "OMP_NUM_THREADS": "1",
        }
        with (self._directory / f"inference-{number}.log").open("ab") as log:
            return subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
