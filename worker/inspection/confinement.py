"""What a disposable process may take of the machine. It confines itself before it opens anything of a stranger's."""

import ctypes
import os
import resource
import signal
from typing import Final, Self

import msgspec

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_NO_NEW_PRIVS: Final = 38
GRACE_S: Final = 2


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Upper bounds. `cpu_s` bounds processor time, `timeout_s` the time on the wall (kept by the parent)."""

    memory_bytes: int
    timeout_s: float
    cpu_s: int
    file_size_bytes: int = 2_000_000_000
    open_files: int = 256

    @classmethod
    def from_argument(cls, text: str) -> Self:
        """Return the limits that a parent wrote on the command line."""
        return msgspec.json.decode(text, type=cls)

    def to_argument(self) -> str:
        """Return the limits as one word of a command line."""
        return msgspec.json.encode(self).decode()


def confine(limits: Limits) -> None:
    """Bind this process, and all that it starts, to the limits; it dies with its parent and gains no privilege."""
    for option, value in ((PR_SET_PDEATHSIG, signal.SIGKILL), (PR_SET_NO_NEW_PRIVS, 1), (PR_SET_DUMPABLE, 0)):
        _prctl(option, value)
    # RLIMIT_DATA counts what is really asked for; RLIMIT_AS would count what threads and libraries merely reserve.
    _limit(resource.RLIMIT_DATA, limits.memory_bytes)
    # At the first bound the kernel says what was exceeded (SIGXCPU), at the second it kills.
    _limit(resource.RLIMIT_CPU, limits.cpu_s, margin=GRACE_S)
    _limit(resource.RLIMIT_FSIZE, limits.file_size_bytes)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, most: int, margin: int = 0) -> None:
    hard = resource.getrlimit(kind)[1]
    final = most + margin if hard == resource.RLIM_INFINITY else min(most + margin, hard)
    resource.setrlimit(kind, (min(most, final), final))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), f"prctl({option})")
