"""Files where the data plane writes, as root may read them: a link of its leads nowhere."""

import errno
import os
import stat
from pathlib import Path
from typing import IO, Final

DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
NO_FILE: Final = frozenset({errno.ELOOP, errno.ENXIO})
"""What the kernel says of a link, and of a socket."""


def opened(path: Path | str, *, directory: int | None = None) -> IO[bytes] | None:
    """Open a file, by a name in an open directory or by a path; None for what is no file. Raise FileNotFoundError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
    except OSError as error:
        if error.errno in NO_FILE:
            return None
        raise
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    return None


def entered(directory: Path) -> int:
    """Open a directory. Raise NotADirectoryError for a link, also in place of the one that it lies in."""
    above = os.open(directory.parent, DIRECTORY)
    try:
        return os.open(directory.name, DIRECTORY, dir_fd=above)
    finally:
        os.close(above)
