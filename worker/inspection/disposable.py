"""Runs one job in a process of its own that may hang, eat memory or die without harm to the worker."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from worker.inspection.confinement import Limits

PROJECT: Final = Path(__file__).parents[2]
OUTCOME: Final = "outcome.json"
LOG: Final = "log"
OUTCOME_SIZE_MAX: Final = 16_000_000
LOG_TAIL_BYTES: Final = 4_000


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a disposable process ended. `outcome` is the bytes that it left, None when it left none.

    `status` is its exit status, negative for the signal that killed it.
    """

    status: int
    timed_out: bool
    outcome: bytes | None
    log: str


def run(module: str, job: Path, directory: Path, limits: Limits) -> Ending:
    """Run `module.main(job)` in `directory`, which is emptied first, and return how that ended."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    log = directory / LOG
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "worker.inspection", limits.to_argument(), module, str(job)],
            cwd=directory,
            env=_environment(directory),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        timed_out = _wait(process, limits.timeout_s)
    return Ending(
        status=process.returncode, timed_out=timed_out, outcome=_read(directory / OUTCOME), log=_tail(directory / LOG)
    )


def _wait(process: subprocess.Popen[bytes], timeout_s: float) -> bool:
    """Wait for the process and end its whole group. Return whether it had to be stopped."""
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return True
    else:
        return False
    finally:
        # Its session is its own, so this also ends what it may have left behind.
        _kill_group(process.pid)
        process.wait()


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _environment(directory: Path) -> dict[str, str]:
    """Return all that the process is told: nothing of the worker's own environment."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
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
