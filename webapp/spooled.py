"""Files that the data plane left in the spool, on their way out: never by a link, which could lead to one of ours."""

import errno
import os
import stat
from pathlib import Path
from typing import IO, Final

NOT_A_FILE: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.ENXIO})
"""What the kernel says of a link, of one in place of the directory, and of a socket."""


def opened(path: Path) -> IO[bytes]:
    """Open a file. Raise FileNotFoundError unless it is one, in a directory that is one: a link is neither."""
    try:
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            descriptor = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=directory)
        finally:
            os.close(directory)
    except OSError as error:
        if error.errno in NOT_A_FILE:
            raise _missing(path) from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _missing(path)
    return os.fdopen(descriptor, "rb")


def _missing(path: Path) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
