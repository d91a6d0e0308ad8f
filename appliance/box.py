"""A running box: starts its programs in their order, sees that they live, ends them."""

import resource
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psutil

from appliance import processes, readiness
from appliance.environment import Address
from appliance.errors import ApplianceError
from appliance.paths import DataDirectory
from appliance.programs import REDIS, WEB, Sizes, programs, redis_configuration, supervisor_configuration
from appliance.restarts import Restarts
from appliance.supervision import UNREACHABLE, ProgramState, Supervisor, running

READY_TIMEOUT_S: Final = 90.0
READY_POLL_S: Final = 0.1
WATCH_POLL_S: Final = 0.5
LOG_LINES_SHOWN: Final = 25
OPEN_FILES: Final = 65536
REDIS_MEMORY_BYTES_MIN: Final = 256 * 2**20
ONLINE: Final = (WEB, "inference-1")
"""The least that answers a prediction. The rest starts once that answers, since it would only be in the way."""

GIVEN_UP: Final = frozenset({"FATAL", "UNKNOWN"})
ENDED: Final = frozenset({"EXITED", "BACKOFF"})
STANDS: Final = "RUNNING"


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the command line asks for."""

    data: DataDirectory
    address: Address
    sizes: Sizes
    with_examples: bool = True
    force: str = ""
    """Why it starts although a check fails; it does not, unless somebody said why."""


class Box:
    """The processes of one box. Leaving the `with` block ends every one of them, whatever they were doing."""

    def __init__(self, options: Options) -> None:
        self._data = options.data
        self._address = options.address
        self._programs = programs(options.data, options.address, options.sizes)
        self._restarts = Restarts(self._log("supervisord"))
        prepare(options.data)
        self._data.supervisor_configuration.write_text(supervisor_configuration(self._data, self._programs))

    def __enter__(self) -> Self:
        processes.adopt_orphans()
        self._supervisor = Supervisor(self._data)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._supervisor.stop([program.name for program in self._programs if program.name != REDIS])
        finally:
            processes.end_all()
            for socket in (self._data.redis_socket, self._data.supervisor_socket):
                socket.unlink(missing_ok=True)
            shutil.rmtree(self._data.metrics, ignore_errors=True)

    def start(self) -> None:
        """Start everything; returns when the box answers. Raise when it does not."""
        self._supervisor.wait_until_answering()
        self._supervisor.start([REDIS])
        self._wait_until(lambda: readiness.socket_answers(self._data.redis_socket))
        self._supervisor.start(ONLINE)
        self._wait_until(lambda: readiness.probe(self._address).is_ready)
        self._supervisor.start(each.name for each in self._programs if each.name not in {REDIS, *ONLINE})
        # One that had only just begun would not notice that all others end; and one that ends at once has to be told.
        self._wait_until(self._all_stand)
        # What is replaced from here on is told, although nobody watches while examples are published.
        list(self._restarts.seen(running(self._require_health()), time.monotonic()))

    def watch(self, say: Callable[[str], None]) -> None:
        """Stay while everything essential lives, and say what was started again. Raise when it does not."""
        while True:
            time.sleep(WATCH_POLL_S)
            processes.reap(self._supervisor.pid)
            processes.end_strays(self._supervisor.pid)
            for sentence in self._restarts.seen(running(self._require_health()), time.monotonic()):
                say(sentence)

    def _all_stand(self) -> bool:
        states = self._require_health()
        return bool(states) and all(state.word == STANDS for state in states.values())

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + READY_TIMEOUT_S
        while not is_so():
            self._require_health()
            if time.monotonic() > deadline_s:
                raise self._not_ready()
            time.sleep(READY_POLL_S)

    def _not_ready(self) -> ApplianceError:
        said = readiness.probe(self._address).said
        message = f"The box did not answer within {READY_TIMEOUT_S:.0f} s: {said}\n{last_lines(self._log(WEB))}"
        return ApplianceError(message, f"read the logs in {self._data.logs}")

    def _require_health(self) -> dict[str, ProgramState]:
        try:
            states = self._supervisor.states()
        except UNREACHABLE as error:
            if self._supervisor.is_alive():
                return {}
            message = "The process supervisor has ended, and every process with it."
            raise ApplianceError(message, f"read {self._log('supervisord')}, then start again") from error
        for program in self._programs:
            state = states[program.name].word
            if state in GIVEN_UP or (program.is_essential and state in ENDED):
                message = f"The process {program.name} has ended:\n{last_lines(self._log(program.name))}"
                raise ApplianceError(message, f"read {self._log(program.name)}, then start again")
        return states

    def _log(self, name: str) -> Path:
        return self._data.logs / f"{name}.log"


def prepare(data: DataDirectory) -> None:
    """Write Redis's configuration, wipe the former processes' metrics, allow many open files."""
    with suppress(FileNotFoundError):
        shutil.rmtree(data.metrics)
    data.metrics.mkdir(mode=0o700)
    memory_bytes = max(REDIS_MEMORY_BYTES_MIN, psutil.virtual_memory().total // 10)
    data.redis_configuration.write_text(redis_configuration(data, memory_bytes))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def last_lines(log: Path) -> str:
    """Return the end of a log."""
    with suppress(FileNotFoundError):
        return "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:])
    return "(it wrote no log)"
