"""The operating system: open files, the clock, Python."""

import ctypes
import resource
import struct
import sys
from typing import Final

from appliance.checks.check import Check, Status, graded
from appliance.checks.words import NOTHING, Words

OPEN_FILES_NEEDED: Final = 1024
OPEN_FILES_RECOMMENDED: Final = 4096
PYTHON_MIN: Final = (3, 11)
PYTHON_MAX: Final = (3, 13)

# struct timex of adjtimex(2), whose first fields are modes, offset, freq, maxerror, esterror, status.
TIMEX: Final = struct.Struct("@iqqqqi")
TIMEX_BYTES: Final = 256
STA_UNSYNC: Final = 0x40


def check_open_files() -> Check:
    """Check how many files and connections one process may hold."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return judge_open_files(float("inf") if hard == resource.RLIM_INFINITY else hard)


def judge_open_files(limit: float) -> Check:
    """Return the check for the hard limit; `up` raises the soft one by itself."""
    return Check(
        id="open_files",
        title=Words("Open files per process"),
        measured=Words("unlimited") if limit == float("inf") else Words("{count:,}", count=int(limit)),
        needed=Words("{count:,} or more", count=OPEN_FILES_RECOMMENDED),
        status=graded(limit, failed_below=OPEN_FILES_NEEDED, warning_below=OPEN_FILES_RECOMMENDED),
        hint=NOTHING
        if limit >= OPEN_FILES_RECOMMENDED
        else Words("raise the hard limit nofile in /etc/security/limits.conf, log in again"),
    )


def check_clock() -> Check:
    """Check whether something keeps the clock right, by asking the kernel."""
    return judge_clock(clock_is_synchronised())


def clock_is_synchronised() -> bool | None:
    """Return whether the kernel's clock is steered; None where the kernel does not say, as in some containers."""
    answer = ctypes.create_string_buffer(TIMEX_BYTES)
    if ctypes.CDLL(None).adjtimex(answer) < 0:
        return None
    status: int = TIMEX.unpack_from(answer.raw)[-1]
    return not status & STA_UNSYNC


def judge_clock(is_synchronised: bool | None) -> Check:  # noqa: FBT001  # the one thing that is judged
    """Return the check for a clock."""
    words = {
        True: Words("synchronised"),
        False: Words("not synchronised"),
        None: Words("the kernel does not say"),
    }
    statuses = {True: Status.PASSED, False: Status.WARNING, None: Status.SKIPPED}
    return Check(
        id="clock",
        title=Words("Clock"),
        measured=words[is_synchronised],
        needed=Words("synchronised"),
        status=statuses[is_synchronised],
        hint=Words("sudo apt-get install systemd-timesyncd (or chrony), and allow it to reach a time server")
        if is_synchronised is False
        else NOTHING,
    )


def check_python() -> Check:
    """Check the Python that runs this."""
    return judge_python(sys.version_info[:2])


def judge_python(version: tuple[int, int]) -> Check:
    """Return the check for a version of Python."""
    is_right = PYTHON_MIN <= version <= PYTHON_MAX
    return Check(
        id="python",
        title=Words("Python"),
        measured=Words("{version}", version=dotted(version)),
        needed=Words("{oldest} to {newest}", oldest=dotted(PYTHON_MIN), newest=dotted(PYTHON_MAX)),
        status=Status.PASSED if is_right else Status.FAILED,
        hint=NOTHING if is_right else Words("sudo apt-get install python3 python3-venv on Debian 12 or 13"),
    )


def dotted(version: tuple[int, int]) -> str:
    """Return a version as people write it."""
    return ".".join(map(str, version))
