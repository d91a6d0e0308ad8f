"""Runs Redis and tells systemd whether it answers: Redis itself says that it is ready, and never that it still lives.

`run_redis.py CONFIGURATION SOCKET`, with the standard library only. Redis ends with this process, and this one with it.
"""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

PAUSE_S = 2.0
FIRST_PAUSE_S = 0.05
ANSWER_TIMEOUT_S = 4.0


def main() -> None:
    """Start Redis, and ask it for as long as it runs."""
    configuration, path = sys.argv[1], Path(sys.argv[2])
    path.unlink(missing_ok=True)  # of a Redis that was killed: nobody may take it for the new one's
    redis = subprocess.Popen(["/usr/bin/redis-server", configuration])

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature is Python's
        redis.send_signal(number)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    is_ready = False
    while redis.poll() is None:
        if answers(path):
            notify("WATCHDOG=1" if is_ready else "READY=1\nWATCHDOG=1")
            is_ready = True
        with suppress(subprocess.TimeoutExpired):
            redis.wait(PAUSE_S if is_ready else FIRST_PAUSE_S)
    sys.exit(redis.returncode if redis.returncode >= 0 else 128 - redis.returncode)


def answers(path: Path) -> bool:
    """Return whether Redis does what it is asked. While it still loads what it kept, it does not."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_TIMEOUT_S)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def notify(state: str) -> None:
    """Tell systemd a state, by sd_notify(3)."""
    if path := os.environ.get("NOTIFY_SOCKET"):
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
            teller.sendto(state.encode(), f"\0{path[1:]}" if path.startswith("@") else path)


if __name__ == "__main__":
    main()
