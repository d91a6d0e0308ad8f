"""Jobs for the disposable process that go wrong in one way each: the publication's output name says which."""

import mmap
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from worker.contract.inspection import InspectionOutcome
from worker.inspection.apart import Job
from worker.inspection.disposable import OUTCOME


def hang() -> None:
    """Sleep far beyond any limit, with a child that does the same."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    Path("child").write_text(str(child.pid))
    time.sleep(600)


def spin() -> None:
    """Use processor time."""
    while True:
        pass


def eat_memory() -> None:
    """Hold more and more."""
    held = []
    while True:
        held.append(bytearray(50_000_000))


def die() -> None:
    """Die as of a fault in native code."""
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed() -> None:
    """Die as of the kernel's want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def say_nonsense() -> None:
    """Leave what is no outcome."""
    Path(OUTCOME).write_text("nonsense")


def say_nothing() -> None:
    """End well, without an outcome."""


def write_much() -> None:
    """Write a file beyond its limit."""
    with Path("model.onnx").open("wb") as file:
        file.writelines(bytes(1_000_000) for _ in range(1_000))


def lie() -> None:
    """Claim to be another inspection, and to have made files that it may not hand out."""
    Path("secret").write_text("")
    Path("model.onnx").symlink_to("/etc/hostname")
    outcome = InspectionOutcome(
        inspection_id="other", version_id=99, reason="", files=("secret", "model.onnx", "../../escape")
    )
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def tell_surroundings() -> None:
    """Leave the environment and the working directory as facts."""
    facts: dict[str, Any] = {"environment": dict(os.environ), "files": sorted(path.name for path in Path().iterdir())}
    facts["status"] = Path("/proc/self/status").read_text()
    outcome = InspectionOutcome(inspection_id="", version_id=0, facts=facts)
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def refusal_of(deed: Callable[[], Any]) -> str:
    """Return the error that the kernel answers, or what the deed came to."""
    try:
        return repr(deed())
    except (OSError, ValueError) as error:
        return type(error).__name__


def fork() -> None:
    """Start a child, which ends at once."""
    if os.fork() == 0:
        os._exit(0)


def try_to_escape() -> None:
    """Leave as facts what came of each way out."""
    ways: dict[str, Callable[[], Any]] = {
        "network": lambda: socket.create_connection(("127.0.0.1", 9)),
        "unix socket": lambda: socket.socket(socket.AF_UNIX),
        "file elsewhere": lambda: Path("../escaped").write_text("x"),
        "file in the inbox": lambda: Path("../../inbox/one/artifact").write_text("x"),
        "secret of the project": lambda: list(Path(__file__.split("/tests/")[0]).iterdir()),
        "environment of another": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "child": fork,
        "program": lambda: subprocess.run(["/bin/true"], check=False),
        "signal to the parent": lambda: os.kill(os.getppid(), 0),
        "limits": lambda: resource.setrlimit(resource.RLIMIT_CPU, resource.getrlimit(resource.RLIMIT_CPU)),
        "rights": lambda: Path("log").chmod(0o600),
        "thread": lambda: threading.Thread(target=bool).start(),
        "file here": lambda: Path("here").write_text("x"),
    }
    outcome = InspectionOutcome(inspection_id="", version_id=0, facts={way: refusal_of(ways[way]) for way in ways})
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def fill_the_disk() -> None:
    """Write small files, many of them."""
    for number in range(10**9):
        Path(str(number)).write_bytes(bytes(100_000))


def share_memory() -> None:
    """Hold memory that no limit of the kernel's counts."""
    held = []
    while True:
        held.append(mmap.mmap(-1, 50_000_000))
        held[-1].write(bytes(50_000_000))


DEEDS: dict[str, Callable[[], None]] = {
    deed.__name__: deed
    for deed in (
        hang, spin, eat_memory, die, be_killed, say_nonsense, say_nothing, write_much, lie, tell_surroundings,
        try_to_escape, fill_the_disk, share_memory,
    )
}  # fmt: skip


def main(job_file: str) -> None:
    """Do the deed that the job names."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    DEEDS[job.request.publication.output_name]()
