"""What this process holds of the machine's memory, as the kernel counts it."""

import ctypes
from pathlib import Path
from typing import NamedTuple

_libc = ctypes.CDLL(None)


class Usage(NamedTuple):
    """`own` is what belongs to this process alone; `files` the pages of libraries, which all processes share."""

    own: int
    files: int
    peak: int
    """The most that both were together since the process began."""


def usage() -> Usage:
    """Return the memory of this process in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    sizes = (line.partition(":") for line in lines if line.endswith(" kB"))
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in sizes}
    return Usage(
        own=1024 * (kilobytes["RssAnon"] + kilobytes.get("RssShmem", 0)),
        files=1024 * kilobytes["RssFile"],
        peak=1024 * kilobytes["VmHWM"],
    )


def give_back() -> None:
    """Return to the system what the allocator keeps, lest what comes next is hidden in it."""
    _libc.malloc_trim(0)
