"""A real MLflow server, in an environment of its own, that keeps its runs and files in a directory of the test's."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.running_box import free_port
from tests.worker.stats.oracles import environment

STARTS_IN_S = 120


@contextmanager
def running_mlflow(place: Path, host: str = "127.0.0.1") -> Iterator[str]:
    """Run a server that listens on an address of this machine, and yield its own address."""
    port, python = free_port(), environment("mlflow")
    command = [str(python), "-m", "mlflow", "server", "--host", host, "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{place}/runs.db", "--artifacts-destination", str(place / "files")]
    known = {"PATH": os.environ["PATH"], "HOME": str(place), "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=place, env=known, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(f"http://{host}:{port}/health", process)
            yield f"http://{host}:{port}"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + STARTS_IN_S
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310  # our own address
        except OSError:
            time.sleep(0.3)
        else:
            return
    pytest.fail("The MLflow server does not start.")


def asked(server: str, name: str, body: dict[str, Any] | None = None) -> Any:
    """Return what the server answers at a path."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server}{name}", data, {"Content-Type": "application/json"})  # noqa: S310  # as above
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # as above
        return json.load(answer)
