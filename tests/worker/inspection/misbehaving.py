"""Jobs for the disposable process that go wrong in one way each: the publication's output name says which."""

import ctypes
import fcntl
import mmap
import os
import platform
import resource
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from worker.contract.inspection import InspectionOutcome
from worker.inspection.apart import Job
from worker.inspection.disposable import OUTCOME

F_SETSIG = 10
"""Python's `fcntl` has no name for it."""


def hang() -> None:
    """Sleep far beyond any limit."""
    Path("pid").write_text(str(os.getpid()))
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
    say_facts(facts)


def say_facts(facts: dict[str, Any]) -> None:
    """End with these facts."""
    Path(OUTCOME).write_bytes(msgspec.json.encode(InspectionOutcome(inspection_id="", version_id=0, facts=facts)))


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


def signal_by_pipe() -> None:
    """Let the kernel send the parent a signal of one's choice when a pipe can be read."""
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid())
    fcntl.fcntl(reading, F_SETSIG, signal.SIGURG)
    fcntl.fcntl(reading, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    os.write(writing, b"x")


def raw(number: int, *arguments: int) -> None:
    """Do a system call by its number on x86-64."""
    if ctypes.CDLL(None, use_errno=True).syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


ARTIFACT = "../../inbox/one/artifact"
WAYS_TO_OTHERS: dict[str, Callable[[], Any]] = {
    "accounts": lambda: Path("/etc/passwd").read_text(),
    "passwords": lambda: Path("/etc/shadow").read_text(),
    "file in /tmp": lambda: Path("/tmp/bastide-was-here").write_text("x"),
    "file in shared memory": lambda: Path("/dev/shm/bastide-was-here").write_text("x"),
    "model store": lambda: Path("../../../models").mkdir(),
    "link to the inbox": lambda: os.link(ARTIFACT, "stolen"),
    "times of a file": lambda: os.utime(ARTIFACT, (1, 1)),
    "truncation": lambda: os.truncate("log", 0),
    "truncation by reading": lambda: os.close(os.open("log", os.O_RDONLY | os.O_TRUNC)),
    "pipe in the file system": lambda: os.mkfifo("pipe"),
    "device": lambda: os.mknod("device", stat.S_IFCHR | 0o600, os.makedev(1, 3)),
    "signal by a pipe": signal_by_pipe,
    "priority of the parent": lambda: os.setpriority(os.PRIO_PROCESS, os.getppid(), 19),
    "processors of the parent": lambda: os.sched_setaffinity(os.getppid(), {0}),
    "schedule of the parent": lambda: os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0)),
    "its own memory": lambda: os.open("/proc/self/mem", os.O_RDWR),
    "session of its own": os.setsid,
    **(
        {
            "tracing": lambda: raw(101, 16, os.getppid(), 0, 0),
            "memory of the parent": lambda: raw(310, os.getppid(), 0, 0, 0, 0, 0),
            "io_uring": lambda: raw(425, 8, 0),
            "userfaultfd": lambda: raw(323, 0),
            "the kernel's log": lambda: raw(103, 10, 0, 0),
        }
        if platform.machine() == "x86_64"
        else {}
    ),
}
"""What a process may want of others and of the machine."""


def try_to_escape() -> None:
    """Leave as facts what came of each way out."""
    ways: dict[str, Callable[[], Any]] = {
        **WAYS_TO_OTHERS,
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
    say_facts({way: refusal_of(ways[way]) for way in ways})


def fill_the_disk() -> None:
    """Write small files, many of them."""
    for number in range(10**9):
        Path(str(number)).write_bytes(bytes(100_000))


def dig() -> None:
    """Leave files deeper than a path can be long, and a directory that nobody may look into."""
    Path("dark").mkdir(mode=0o300)
    Path("dark/file").write_text("x")
    here = Path.cwd()
    for _ in range(3_000):
        Path("d").mkdir()
        os.chdir("d")
    Path("file").write_text("x")
    os.chdir(here)
    say_facts({})


def leave_holes() -> None:
    """Make a file that is large for whoever copies it."""
    with Path("model.onnx").open("wb") as file:
        file.truncate(30_000_000)
    time.sleep(600)


def leave_odd_files() -> None:
    """Put under the names of what is taken out what is no plain file, and files of odd names beside it."""
    Path("model.onnx").mkdir()
    Path("model.skops").symlink_to("../../inbox/one/artifact")
    Path(os.fsdecode(b"profile.json\n\xff")).write_text("x")
    files = ("model.onnx", "model.skops", "profile.json", "profile.json\n")
    Path(OUTCOME).write_bytes(msgspec.json.encode(InspectionOutcome(inspection_id="", version_id=0, files=files)))


def talk() -> None:
    """Leave a refusal of megabytes."""
    outcome = InspectionOutcome(inspection_id="", version_id=0, reason="a" * 5_000_000)
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def nest() -> None:
    """Leave an outcome that is nested deeper than any reader goes."""
    Path(OUTCOME).write_text('{"inspection_id":"","version_id":0,"facts":{"a":' + "[" * 500_000 + "]" * 500_000 + "}}")


def die_of_a_nameless_signal() -> None:
    """Die by a signal of those that have a number only."""
    os.kill(os.getpid(), signal.SIGRTMIN + 3)


def share_memory() -> None:
    """Hold memory that no limit of the kernel's counts."""
    held = []
    while True:
        held.append(mmap.mmap(-1, 50_000_000))
        held[-1].write(bytes(50_000_000))


def wait_for_hurry() -> None:
    """Go on until the timer of rests is off."""
    while signal.getitimer(signal.ITIMER_PROF) != (0.0, 0.0):
        time.sleep(0.05)
    say_facts({"hurries": True})


DEEDS: dict[str, Callable[[], None]] = {
    deed.__name__: deed
    for deed in (
        hang, spin, eat_memory, die, be_killed, say_nonsense, say_nothing, write_much, lie, tell_surroundings,
        try_to_escape, fill_the_disk, share_memory, dig, leave_holes, leave_odd_files, talk, nest,
        die_of_a_nameless_signal, wait_for_hurry,
    )
}  # fmt: skip


def main(job_file: str) -> None:
    """Do the deed that the job names."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    DEEDS[job.request.publication.output_name]()
