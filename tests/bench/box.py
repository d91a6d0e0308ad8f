"""A box of its own for a bench: started by the command that everybody types, ended with the bench."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Return a port of loopback that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchBox:
    """A running box."""

    url: str
    data_dir: Path
    process: subprocess.Popen[str]

    def key(self) -> str:
        """Return a new API key of the admin."""
        return self._run("bastide", "key", "create", "--user", "admin", "--data-dir", str(self.data_dir)).strip()

    def publish(self, directory: Path) -> None:
        """Publish a model as an example is published."""
        environment = os.environ | {
            "BASTIDE_DATA_DIR": str(self.data_dir),
            "BASTIDE_REDIS_SOCKET": str(self.data_dir / "run" / "redis.sock"),
        }
        subprocess.run(
            [sys.executable, "manage.py", "publish", str(directory), "--wait"], cwd=ROOT, check=True, env=environment
        )

    def pss_mb(self) -> float:
        """Return the proportional set size of all of its processes together, in MB."""
        root = psutil.Process(self.process.pid)
        processes = [root, *root.children(recursive=True)]
        return sum(process.memory_full_info().pss for process in processes) / 1e6

    def _run(self, program: str, *arguments: str) -> str:
        return subprocess.run([str(ROOT / program), *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


@contextlib.contextmanager
def running_box(*options: str) -> Iterator[BenchBox]:
    """Start a box with its example models in a temporary directory and yield it when it is ready."""
    with tempfile.TemporaryDirectory(prefix="bastide-bench-") as directory:
        port = free_port()
        command = [str(ROOT / "bastide"), "up", "--port", str(port), "--data-dir", directory, *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            for line in process.stdout:
                sys.stderr.write(line)
                if line.startswith("Bastide is ready"):
                    break
            else:
                sys.exit("The box did not start.")
            yield BenchBox(url=f"http://127.0.0.1:{port}", data_dir=Path(directory), process=process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def machine() -> dict[str, object]:
    """Return what else a reader of the figures must know."""
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_1m": round(os.getloadavg()[0], 2),
        "python": sys.version.split()[0],
    }


def write_json(path: Path, figures: object) -> None:
    """Write the figures for programs."""
    path.write_text(json.dumps(figures, indent=2) + "\n")
