"""What a disposable process may take of the machine. It confines itself before it opens anything of a stranger's."""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import msgspec

from worker.contract.inspection import PRODUCED_BYTES_MAX
from worker.inspection import landlock, patience, seccomp

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38
GRACE_S: Final = 2

SYSTEM: Final = ("/usr", "/lib", "/lib64", "/dev/null", "/dev/urandom", "/sys/devices/system", "/sys/fs/cgroup")
SETTINGS: Final = ("/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/etc/mime.types", "/etc/ssl/openssl.cnf")
"""Not the whole of `/etc`: it says who has accounts, and for root also what their passwords hash to."""

PROCESS: Final = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys", "/proc/filesystems")
"""Not the whole of `/proc`: other processes of the same user have secrets in their environment."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Upper bounds. `cpu_s` bounds processor time.

    The parent keeps `timeout_s`, the time on the wall, and `disk_bytes` and `disk_files`, what lies in the working
    directory together. `readable`: the paths, beside the libraries, that the process may see; it writes nowhere but
    into its working directory. It may not start, signal or see another process. With `is_patient` it takes only what
    time of the processors nobody else wants.
    """

    memory_bytes: int
    timeout_s: float
    cpu_s: int
    file_size_bytes: int = PRODUCED_BYTES_MAX
    open_files: int = 256
    disk_bytes: int = 8_000_000_000
    disk_files: int = 20_000
    readable: tuple[str, ...] = ()
    is_patient: bool = False

    @classmethod
    def from_argument(cls, text: str) -> Self:
        """Return the limits that a parent wrote on the command line."""
        return msgspec.json.decode(text, type=cls)

    def to_argument(self) -> str:
        """Return the limits as one word of a command line."""
        return msgspec.json.encode(self).decode()


def confine(limits: Limits, *packages: str) -> None:
    """Bind this process to the limits: it starts no other, and dies with its parent and gains no privilege.

    It may go on importing libraries, and modules of these packages, which it has begun to import.
    """
    if limits.is_patient:
        patience.make_room()
    for option, value in ((PR_SET_PDEATHSIG, signal.SIGKILL), (PR_SET_NO_NEW_PRIVS, 1), (PR_SET_DUMPABLE, 0)):
        _prctl(option, value)
    # RLIMIT_DATA counts what is really asked for; RLIMIT_AS would count what threads and libraries merely reserve.
    _limit(resource.RLIMIT_DATA, limits.memory_bytes)
    # At the first bound the kernel says what was exceeded (SIGXCPU), at the second it kills.
    _limit(resource.RLIMIT_CPU, limits.cpu_s, margin=GRACE_S)
    _limit(resource.RLIMIT_FSIZE, limits.file_size_bytes)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CORE, 0)
    if landlock.version():
        landlock.restrict(_readable(limits, packages), (Path.cwd(), Path("/dev/null")))
    if seccomp.is_known():
        seccomp.restrict()


def can_confine() -> bool:
    """Return whether this machine can shut in a program that is known to be a stranger's."""
    return landlock.version() > 0 and seccomp.is_known()


def _readable(limits: Limits, packages: Iterable[str]) -> list[Path]:
    libraries = {Path(path) for path in (sys.prefix, sys.base_prefix, *sys.path) if path}
    own = {Path(path) for package in packages for path in sys.modules[package].__path__}
    # The project's own directory is on the path, but holds more than programs.
    libraries -= {path.parent for path in own}
    return sorted(libraries | own | {Path(path) for path in (*SYSTEM, *SETTINGS, *PROCESS, *limits.readable)})


def _limit(kind: int, most: int, margin: int = 0) -> None:
    hard = resource.getrlimit(kind)[1]
    final = most + margin if hard == resource.RLIM_INFINITY else min(most + margin, hard)
    resource.setrlimit(kind, (min(most, final), final))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"prctl({option})")
