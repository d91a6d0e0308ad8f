"""Runs a program and tells systemd whether it answers, for one that says at most that it is ready, never that it lives.

`run_watched.py redis|nginx CONFIGURATION SOCKET`, with the standard library only. The program ends with this process,
and this one with it.
"""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple

PAUSE_S = 2.0
FIRST_PAUSE_S = 0.05
ANSWER_TIMEOUT_S = 4.0
STOPPED = frozenset("Tt")
"""How the kernel calls a process that somebody has stopped: another one of the same program may answer in its place."""


class Program(NamedTuple):
    """How it is started with a configuration, what it is asked by a socket, and how its answers begin.

    `alive` is an answer that is enough of one that was ready once: nginx shuts the door on whoever comes when it holds
    all the connections that it may. To end it for that would do the work of those who hold them.
    """

    argv: tuple[str, ...]
    question: bytes
    ready: bytes
    alive: bytes


PROGRAMS = {
    "redis": Program(("/usr/bin/redis-server",), b"AUTH alive -\r\nPING\r\n", b"+OK\r\n+PONG", b"+OK\r\n+PONG"),
    "nginx": Program(("/usr/sbin/nginx", "-e", "stderr", "-c"), b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1.1 204", b""),
}


def main() -> None:
    """Start the program, and ask it for as long as it runs."""
    program, configuration, path = PROGRAMS[sys.argv[1]], sys.argv[2], Path(sys.argv[3])
    path.unlink(missing_ok=True)  # of one that was killed: nobody may take it for the new one's
    running = subprocess.Popen([*program.argv, configuration], pass_fds=inherited())

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature is Python's
        running.send_signal(number)

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(each, end)
    is_ready = False
    while running.poll() is None:
        expected = program.alive if is_ready else program.ready
        if answers(path, program.question, expected) and STOPPED.isdisjoint(states(running.pid)):
            notify("WATCHDOG=1" if is_ready else "READY=1\nWATCHDOG=1")
            is_ready = True
        with suppress(subprocess.TimeoutExpired):
            running.wait(PAUSE_S if is_ready else FIRST_PAUSE_S)
    sys.exit(running.returncode if running.returncode >= 0 else 128 - running.returncode)


def inherited() -> tuple[int, ...]:
    """Return the sockets that systemd opened for nginx, which is told of them by this variable."""
    return tuple(int(number) for number in re.findall(r"\d+", os.environ.get("NGINX", "")))


def answers(path: Path, question: bytes, expected: bytes) -> bool:
    """Return whether what it answers begins as expected. While Redis still loads what it kept, it does not."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(ANSWER_TIMEOUT_S)
            connection.connect(str(path))
            return _answer(connection, question, len(expected)).startswith(expected)
    except OSError:
        return False


def _answer(connection: socket.socket, question: bytes, length: int) -> bytes:
    """Return so much of the answer; nothing where the other side closed the connection: only a living one does."""
    try:
        connection.sendall(question)
        answer = connection.recv(64)
        while len(answer) < length and (part := connection.recv(64)):
            answer += part
    except (ConnectionResetError, BrokenPipeError):
        return b""
    return answer


def states(pid: int) -> Iterator[str]:
    """Yield the states of a process and its children, as far as they are told."""
    with suppress(OSError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (str(pid), *children):
            with suppress(OSError):
                yield Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[0]


def notify(state: str) -> None:
    """Tell systemd a state, by sd_notify(3)."""
    if path := os.environ.get("NOTIFY_SOCKET"):
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
            teller.sendto(state.encode(), f"\0{path[1:]}" if path.startswith("@") else path)


if __name__ == "__main__":
    main()
