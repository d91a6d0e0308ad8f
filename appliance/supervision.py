"""Runs supervisord over the box's programs and speaks to it over its socket."""

import contextlib
import http.client
import subprocess
import time
import xmlrpc.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from supervisor.xmlrpc import SupervisorTransport

from appliance import environment, processes
from appliance.command import tied
from appliance.errors import ApplianceError
from appliance.paths import PYTHON, ROOT, DataDirectory

START_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 25.0
POLL_S: Final = 0.05
UNREACHABLE: Final = (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError)
LIVE_STATES: Final = frozenset({"STARTING", "RUNNING"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgramState:
    """How a program is: supervisord's word for it, and its process id, 0 when it does not run."""

    word: str
    pid: int


class Supervisor:
    """A running supervisord. It dies with the process that made it, and its programs die with it."""

    def __init__(self, data: DataDirectory) -> None:
        self._data = data
        # A session of its own: Ctrl-C in the terminal reaches `up` alone, which then ends the rest in order.
        self._process = subprocess.Popen(
            tied([str(PYTHON), "-m", "appliance.supervisord", "-c", str(data.supervisor_configuration)]),
            env=environment.shell(), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(data.logs / "supervisord.stderr.log").open("wb"), start_new_session=True,
        )  # fmt: skip  # one line each for what it runs and where it speaks

    @property
    def pid(self) -> int:
        """The process id of supervisord."""
        return self._process.pid

    def is_alive(self) -> bool:
        """Return whether supervisord runs."""
        return self._process.poll() is None

    def wait_until_answering(self) -> None:
        """Return when supervisord takes orders. Raise when it does not in time."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline_s and self.is_alive():
            if self._data.supervisor_socket.exists():
                with contextlib.suppress(*UNREACHABLE):
                    self.states()
                    return
            time.sleep(POLL_S)
        message = "The process supervisor does not start."
        raise ApplianceError(message, f"read {self._data.logs / 'supervisord.log'}")

    def states(self) -> dict[str, ProgramState]:
        """Return how each program is."""
        return {
            each["name"]: ProgramState(word=each["statename"], pid=each["pid"])
            for each in cast("list[dict[str, Any]]", ask(self._data, "getAllProcessInfo"))  # what supervisord documents
        }

    def pids(self) -> dict[str, int]:
        """Return the process id of each program that runs."""
        return running(self.states())

    def start(self, names: Iterable[str]) -> None:
        """Start programs without waiting for them."""
        for name in names:
            ask(self._data, "startProcess", name, False)  # noqa: FBT003  # XML-RPC knows no keywords; this one is `wait`

    def stop(self, first: Iterable[str]) -> None:
        """End `first` together, then the rest, then supervisord. What does not obey is left to `processes.end_all`."""
        with contextlib.suppress(*UNREACHABLE, xmlrpc.client.Fault):
            self._stop_together(set(first))
        if self.is_alive():
            self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT_S)

    def _stop_together(self, names: set[str]) -> None:
        for name, state in self.states().items():
            if name in names and state.word in LIVE_STATES:
                with contextlib.suppress(xmlrpc.client.Fault):
                    ask(self._data, "stopProcess", name, False)  # noqa: FBT003  # as above
        deadline_s = time.monotonic() + STOP_TIMEOUT_S
        while time.monotonic() < deadline_s and names & self.pids().keys():
            processes.reap(self.pid)
            time.sleep(POLL_S)


def running(states: Mapping[str, ProgramState]) -> dict[str, int]:
    """Return the process id of each program that runs."""
    return {name: state.pid for name, state in states.items() if state.pid}


def ask(data: DataDirectory, method: str, *arguments: str | bool) -> object:
    """Return what supervisord answers over its socket."""
    transport = SupervisorTransport(serverurl=f"unix://{data.supervisor_socket}")
    with xmlrpc.client.ServerProxy("http://localhost", transport=transport) as server:
        answer: object = getattr(server.supervisor, method)(*arguments)
    return answer
