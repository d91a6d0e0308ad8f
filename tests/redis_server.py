"""A real Redis for a test: its own, on a unix socket in the test's directory."""

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import redis


def start_redis(directory: Path) -> "subprocess.Popen[bytes]":
    """Start Redis in `directory` and return when it answers on `redis.sock`."""
    command = ["redis-server", "--port", "0", "--unixsocket", str(directory / "redis.sock")]
    command += ["--dir", str(directory), "--save", "", "--appendonly", "yes", "--logfile", "redis.log"]
    process = subprocess.Popen(command)
    with contextlib.closing(redis.Redis(unix_socket_path=str(directory / "redis.sock"))) as client:
        for _ in range(200):
            with contextlib.suppress(redis.ConnectionError):
                client.ping()
                return process
            time.sleep(0.02)
    process.kill()
    msg = "Redis did not start"
    raise RuntimeError(msg)


@contextlib.contextmanager
def running_redis(directory: Path) -> Iterator[Path]:
    """Yield the socket of a Redis that lives as long as the block."""
    process = start_redis(directory)
    try:
        yield directory / "redis.sock"
    finally:
        process.terminate()
        process.wait(timeout=10)
