"""Runs one job in a process of its own that may hang, eat memory or die without harm to the worker."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from worker.inspection import patience
from worker.inspection.confinement import Limits
from worker.inspection.removal import remove

PROJECT: Final = Path(__file__).parents[2]
OUTCOME: Final = "outcome.json"
LOG: Final = "log"
OUTCOME_SIZE_MAX: Final = 16_000_000
LOG_TAIL_BYTES: Final = 4_000
LOOK_EVERY_S: Final = 0.2
STATISTICS_BYTES: Final = 200

FULL_BELOW_BYTES: Final = 1 << 20
"""With less than this a process may not even have been able to say why it ended."""

LIBRARIES_BYTES: Final = 500_000_000
"""The text of libraries counts as resident, but no limit of the kernel's counts it."""


class Exceeded(StrEnum):
    """The limits that the parent keeps."""

    TIME = "time"
    MEMORY = "memory"
    DISK = "disk"


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a disposable process ended. `outcome` is the bytes that it left, None when it left none.

    `status` is its exit status, negative for the signal that killed it; `exceeded` what it was killed for by this side.
    `disk_full`: whether the machine's disk had no room left when it ended.
    """

    status: int
    exceeded: Exceeded | None
    outcome: bytes | None
    log: str
    disk_full: bool = False

    @property
    def timed_out(self) -> bool:
        """Whether it was still at work when its time was over."""
        return self.exceeded is Exceeded.TIME

    @property
    def signal_name(self) -> str:
        """The signal that killed it; those of real time have a number only."""
        try:
            return signal.Signals(-self.status).name
        except ValueError:
            return f"signal {-self.status}"


def nobody_waits() -> bool:
    """Return that nobody waits behind a process."""
    return False


def run(
    module: str, job: Path, directory: Path, limits: Limits, is_awaited: Callable[[], bool] = nobody_waits
) -> Ending:
    """Run `module.main(job)` in `directory`, which is emptied first, and return how that ended.

    One that is patient rests no more once it `is_awaited`, or half of its time is over.
    """
    remove(directory)
    directory.mkdir(parents=True)
    limits = msgspec.structs.replace(limits, readable=(*limits.readable, str(job)))
    log = directory / LOG
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "worker.inspection", limits.to_argument(), module, str(job)],
            cwd=directory,
            env=_environment(directory),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        exceeded = _wait(process, directory, limits, is_awaited)
    return Ending(
        status=process.returncode,
        exceeded=exceeded,
        outcome=_read(directory / OUTCOME),
        log=_tail(directory / LOG),
        disk_full=shutil.disk_usage(directory).free < FULL_BELOW_BYTES,
    )


def _wait(
    process: subprocess.Popen[bytes], directory: Path, limits: Limits, is_awaited: Callable[[], bool]
) -> Exceeded | None:
    """Wait for the process and end its whole group. Return the limit for which it had to be stopped."""
    deadline_s = time.monotonic() + limits.timeout_s
    rests_until_s = deadline_s - limits.timeout_s / 2
    try:
        with _begun(process) as statistics:
            while time.monotonic() < deadline_s:
                if _has_ended(process, min(LOOK_EVERY_S, max(0.0, deadline_s - time.monotonic()))):
                    return None
                if exceeded := _exceeded(statistics, directory, limits):
                    return exceeded
                if limits.is_patient and (time.monotonic() > rests_until_s or is_awaited()):
                    process.send_signal(patience.HURRY)
        return Exceeded.TIME
    finally:
        # Its session is its own, so this also ends what it may have left behind.
        _kill_group(process.pid)
        process.wait()


@contextmanager
def _begun(process: subprocess.Popen[bytes]) -> Iterator[int]:
    """Open what the kernel says of the process's memory, then let it begin.

    Once it has confined itself, a hardened unit's `/proc` does not show it any more, even to its parent. What was
    opened before can be read until it ends. It confines itself when its input ends.
    """
    assert process.stdin is not None, "It was started with a pipe"
    with process.stdin:
        statistics = os.open(f"/proc/{process.pid}/statm", os.O_RDONLY)
    try:
        yield statistics
    finally:
        os.close(statistics)


def _has_ended(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _exceeded(statistics: int, directory: Path, limits: Limits) -> Exceeded | None:
    """Look at what no limit of the kernel's bounds: shared memory, and all files together."""
    if _resident_bytes(statistics) > limits.memory_bytes + LIBRARIES_BYTES:
        return Exceeded.MEMORY
    total_bytes = 0
    try:
        for count, size_bytes in enumerate(_file_sizes(directory)):
            total_bytes += size_bytes
            if count >= limits.disk_files or total_bytes > limits.disk_bytes:
                return Exceeded.DISK
    except OSError:  # what cannot be looked at, for its rights or its depth, cannot be counted either
        return Exceeded.DISK
    return None


def _resident_bytes(statistics: int) -> int:
    try:
        pages = os.pread(statistics, STATISTICS_BYTES, 0).split()[1]
    except (OSError, IndexError):  # it ended meanwhile
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _file_sizes(directory: Path) -> Iterator[int]:
    """Yield what each file and directory takes on the disk, with its holes: whoever copies it fills them.

    Those that go away meanwhile are left out. Raise OSError for what cannot be looked at.
    """
    pending = [str(directory)]
    while pending:
        with suppress(FileNotFoundError), os.scandir(pending.pop()) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    found = entry.stat(follow_symlinks=False)
                    yield max(found.st_blocks * 512, found.st_size)
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _environment(directory: Path) -> dict[str, str]:
    """Return all that the process is told: nothing of the worker's own environment."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    threads["JOBLIB_MULTIPROCESSING"] = "0"
    # polars looks at the processor by code that it writes itself, which a hardened service may not. The checks of the
    # box have looked.
    threads["POLARS_SKIP_CPU_CHECK"] = "1"
    home = dict.fromkeys(("HOME", "TMPDIR"), str(directory))
    return {**threads, **home, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}


def _read(outcome: Path) -> bytes | None:
    if outcome.is_symlink() or not outcome.is_file() or outcome.stat().st_size > OUTCOME_SIZE_MAX:
        return None
    return outcome.read_bytes()


def _tail(log: Path) -> str:
    if log.is_symlink() or not log.is_file():
        return ""
    with log.open("rb") as text:
        text.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
        return text.read().decode(errors="replace")
