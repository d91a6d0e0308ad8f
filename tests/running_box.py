"""A real box in a process of its own, as a person starts it: `./bastide up`."""

import os
import re
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from appliance.paths import ROOT, DataDirectory
from appliance.steps import manage
from appliance.supervision import ask

LAUNCHER: Final = str(ROOT / "bastide")
ENDS_WITH_US: Final = ("setpriv", "--pdeathsig", "TERM")
"""Whoever interrupts pytest-xdist has its processes killed, and no fixture ends their boxes any more."""
READY: Final = re.compile(r"^Bastide is ready at (\S+) \(user admin(?:, password in (.+))?\)$", re.MULTILINE)
READY_TIMEOUT_S: Final = 240.0
END_TIMEOUT_S: Final = 40.0


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(is_so: Callable[[], bool], timeout_s: float = 20.0) -> bool:
    """Return whether it became so in time."""
    deadline_s = time.monotonic() + timeout_s
    while time.monotonic() < deadline_s:
        if is_so():
            return True
        time.sleep(0.05)
    return is_so()


class RunningBox:
    """Started by `with`, ended when the block is left.

    `url`, `data_dir`, `admin_password`: how to reach it. `key(user)`: an API key, `add_user(name)`: an account.
    `pid_of("inference-1")`: the process of a program (redis, web, inference-1, inference-2, jobs, control).
    `environment`: variables that it gets beside the shell's.
    """

    def __init__(self, data_dir: Path, *options: str, port: int | None = None, **environment: str) -> None:
        self.data = DataDirectory(root=data_dir)
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = ""
        self._keys: dict[str, str] = {}
        self._options = options
        self._environment = os.environ | environment

    def __enter__(self) -> Self:
        where = ("--port", str(self.port), "--data-dir", str(self.data_dir))
        argv = [*ENDS_WITH_US, LAUNCHER, "up", *where, *self._options]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=self._environment,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def admin_password(self) -> str:
        """The password of the user `admin`."""
        return self.data.admin_password.read_text().strip()

    def wait_until_ready(self) -> None:
        """Return when it says that it is ready. Raise with its words when it ends before."""
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        while not READY.search(self.output):
            if not self._read(deadline_s):
                message = f"The box is not ready; it said:\n{self.output}"
                raise AssertionError(message)

    def read_to_end(self) -> str:
        """Return all that it says until it ends."""
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        while self._read(deadline_s):
            pass
        self.process.wait(END_TIMEOUT_S)
        return self.output

    def bastide(self, *arguments: str) -> str:
        """Return what another command of the launcher prints about this box."""
        argv = [LAUNCHER, *arguments, "--data-dir", str(self.data_dir)]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    def key(self, user: str = "admin") -> str:
        """Return an API key of a user, the same one at each call."""
        if user not in self._keys:
            self._keys[user] = self.bastide("key", "create", "--user", user)
        return self._keys[user]

    def add_user(self, name: str, role: str = "user", groups: Sequence[str] | None = None) -> str:
        """Make an account and return its password. `groups` replace those that every account joins."""
        password = self.bastide("user", "add", name, "--role", role)
        if groups is not None:
            chosen = f"Group.objects.filter(name__in={list(groups)!r})"
            user = f"User.objects.get(username={name!r})"
            imports = "from django.contrib.auth.models import Group; from webapp.accounts.models import User"
            manage(self.data, "shell", "-c", f"{imports}; {user}.groups.set({chosen})")
        return password

    def pid_of(self, program: str) -> int:
        """Return the process id of a program; 0 when it does not run."""
        found = ask(self.data, "getProcessInfo", program)
        assert isinstance(found, dict), "supervisord answers with a structure"
        return int(found["pid"])

    @property
    def supervisor_pid(self) -> int:
        """The process id of supervisord."""
        found = ask(self.data, "getPID")
        assert isinstance(found, int), "supervisord answers with a number"
        return found

    def processes(self) -> list[psutil.Process]:
        """Return every process of this box: its descendants, and whatever else names its data directory."""
        found = {process.pid: process for process in psutil.process_iter() if self._is_ours(process)}
        return [process for process in found.values() if process.pid != os.getpid()]

    def left(self) -> list[str]:
        """Return the processes of this box that still live, as text for a failed test."""
        return [str(process) for process in self.processes()]

    def end(self) -> None:
        """End it as SIGTERM does; by force when it does not obey."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            for process in self.processes():
                process.kill()
            self.process.wait()
            raise

    def _read(self, deadline_s: float) -> bool:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline_s - time.monotonic()))
        chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
        self.output += chunk.decode(errors="replace")
        return bool(chunk)

    def _is_ours(self, process: psutil.Process) -> bool:
        """Every process of a box has the data directory on its command line or in its environment."""
        try:
            known = [*process.cmdline(), *process.environ().values()]
        except psutil.Error:
            return False
        return process.status() != psutil.STATUS_ZOMBIE and any(str(self.data_dir) in text for text in known)
