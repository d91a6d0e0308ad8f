"""Shuts a process out of the file system but for what it is given: Landlock needs no privilege and binds root."""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

CREATE_RULESET: Final = 444
ADD_RULE: Final = 445
RESTRICT_SELF: Final = 446
"""System calls; the numbers are the same on every architecture."""

VERSION_FLAG: Final = 1
RULE_PATH_BENEATH: Final = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
REMOVE_DIR, REMOVE_FILE = 1 << 4, 1 << 5
MAKE_DIR, MAKE_REGULAR, MAKE_LINK = 1 << 7, 1 << 8, 1 << 12
MOVE, TRUNCATE = 1 << 13, 1 << 14
KNOWN_RIGHTS: Final = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many rights a version of Landlock knows; later ones know no more that matter here."""

READ: Final = EXECUTE | READ_FILE | READ_DIR
WORK: Final = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REGULAR | MAKE_LINK | MOVE
OF_FILES: Final = EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE
"""The rights that a single file can have."""

_libc = ctypes.CDLL(None, use_errno=True)


class _Rule(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("directory", ctypes.c_int32))


def version() -> int:
    """Return which version of Landlock the kernel has, 0 for none."""
    found: int = _libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), VERSION_FLAG)
    return max(0, found)


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Leave this process, for good, only these paths and what lies beneath them. Paths that are absent are skipped."""
    handled = (1 << KNOWN_RIGHTS[min(version(), max(KNOWN_RIGHTS))]) - 1
    attributes = ctypes.c_uint64(handled)
    ruleset = _call(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(8), 0)
    for paths, rights in ((readable, READ), (writable, WORK | TRUNCATE)):
        for path in paths:
            _allow(ruleset, path, rights & handled)
    _call(RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rule = _Rule(rights if path.is_dir() else rights & OF_FILES, descriptor)
    _call(ADD_RULE, ruleset, RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    os.close(descriptor)


def _call(number: int, *arguments: object) -> int:
    answer: int = _libc.syscall(number, *arguments)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), f"system call {number}")
    return answer
