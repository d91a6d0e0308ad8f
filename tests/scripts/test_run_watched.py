"""Who runs Redis and nginx says that they live for as long as they answer, and no longer."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from appliance.paths import ROOT
from appliance.proxy import render
from tests.nginx.running_front import front_in, make_certificate
from tests.running_box import ENDS_WITH_US

pytestmark = pytest.mark.box

SCRIPT = ROOT / "scripts" / "run_watched.py"
SILENT_AFTER_S = 6.5
"""An answer that had begun, and one that is waited for in vain."""


@pytest.fixture
def heard(tmp_path):
    """Give the socket at which systemd would hear."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(20)
        yield listener


@contextmanager
def watched(directory: Path, kind: str, configuration: Path, path: Path):
    environment = {**os.environ, "NOTIFY_SOCKET": str(directory / "notify")}
    argv = [*ENDS_WITH_US, sys.executable, "-I", str(SCRIPT), kind, str(configuration), str(path)]
    running = subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        for child in children(running.pid) if running.poll() is None else ():
            os.kill(child, signal.SIGCONT)
        running.terminate()
        running.wait(timeout=20)


ALIVE = "user alive on nopass resetkeys resetchannels -@all +ping"


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def redis(directory: Path) -> tuple[str, Path, Path]:
    lines = ("port 0", f"unixsocket {directory}/redis.sock", 'save ""', f"dir {directory}", ALIVE, "")
    (directory / "redis.conf").write_text("\n".join(lines))
    return "redis", directory / "redis.conf", directory / "redis.sock"


def nginx(directory: Path, connections: int = 4096) -> tuple[str, Path, Path]:
    front = front_in(directory, "127.0.0.1:1")
    make_certificate(front.certificate, front.key)
    text = render(front).replace("worker_connections 4096", f"worker_connections {connections}")
    (directory / "nginx.conf").write_text(text.replace("worker_processes auto", "worker_processes 1"))
    return "nginx", directory / "nginx.conf", front.run / "alive.sock"


def silence(heard: socket.socket) -> bool:
    """Return whether nothing more is said, once what was said before is read."""
    heard.settimeout(SILENT_AFTER_S)
    try:
        return not [heard.recv(64) for _ in range(3)]
    except TimeoutError:
        return True


@pytest.mark.parametrize("program", [redis, nginx])
def test_it_is_ready_when_it_answers_and_lives_on(heard, tmp_path, program):
    with watched(tmp_path, *program(tmp_path)):
        assert heard.recv(64) == b"READY=1\nWATCHDOG=1"
        assert heard.recv(64) == b"WATCHDOG=1"


@pytest.mark.parametrize("program", [redis, nginx])
def test_what_stands_still_is_no_longer_said_to_live(heard, tmp_path, program):
    with watched(tmp_path, *program(tmp_path)) as running:
        heard.recv(64)
        os.kill(children(running.pid)[0], signal.SIGSTOP)
        assert silence(heard)


def test_one_process_of_nginx_that_stands_still_is_enough(heard, tmp_path):
    with watched(tmp_path, *nginx(tmp_path)) as running:
        heard.recv(64)
        worker = children(children(running.pid)[0])[-1]
        os.kill(worker, signal.SIGSTOP)
        try:
            assert silence(heard)
        finally:
            os.kill(worker, signal.SIGCONT)


@pytest.mark.parametrize("program", [redis, nginx])
def test_it_ends_with_what_it_runs(heard, tmp_path, program):
    with watched(tmp_path, *program(tmp_path)) as running:
        heard.recv(64)
        os.kill(children(running.pid)[0], signal.SIGKILL)
        assert running.wait(timeout=10) == 128 + signal.SIGKILL


def test_who_asks_it_to_end_lets_nginx_answer_what_it_has_begun(heard, tmp_path):
    with watched(tmp_path, *nginx(tmp_path)) as running:
        heard.recv(64)
        running.send_signal(signal.SIGQUIT)
        assert running.wait(timeout=10) == 0


def test_a_front_whose_connections_are_all_held_lives(heard, tmp_path):
    program = nginx(tmp_path, connections=16)
    address = ("127.0.0.1", int(re.findall(r"listen 127.0.0.1:(\d+) default", program[1].read_text())[0]))
    with watched(tmp_path, *program), ExitStack() as held:
        heard.recv(64)
        for _ in range(20):
            caller = held.enter_context(socket.create_connection(address))
            with suppress(OSError):  # those that come when all are held are sent away
                caller.sendall(b"GET / HTTP/1.1\r\n")
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(program[2]))
            assert closed(asked)
        assert {heard.recv(64) for _ in range(3)} == {b"WATCHDOG=1"}


def closed(connection: socket.socket) -> bool:
    """Return whether the other side sends nothing and closes."""
    try:
        return connection.recv(64) == b""
    except ConnectionResetError:
        return True
