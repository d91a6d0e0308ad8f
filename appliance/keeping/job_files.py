"""The files of batch jobs, which the data plane may have left anything among."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from appliance.keeping import others_files


def opened(root: Path, job_id: str) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Yield each file of a job with its name below `root`, open; None for what is no file.

    Raise FileNotFoundError when they go meanwhile, and NotADirectoryError where a link stands for the job's directory,
    or its name leads elsewhere.
    """
    if Path(job_id).name != job_id:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), job_id)
    top = os.open(root / job_id, others_files.DIRECTORY)
    try:
        for directory, _, names, descriptor in os.fwalk(".", dir_fd=top):
            for name in sorted(names):
                yield str(Path(job_id, directory, name)), others_files.opened(name, directory=descriptor)
    finally:
        os.close(top)
