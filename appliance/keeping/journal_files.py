"""The files of the journal as they are at one moment, although the data plane packs and removes them meanwhile.

How it packs stands in worker/journal/places.py: a note names the new file and those that it stands for, from before the
new one appears until the old ones are gone.
"""

import json
import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

ENDING: Final = ".rows"
NOTE: Final = ".swap.json"
KEY: Final = ".key"
"""What features are hashed with."""


def directories(root: Path) -> list[Path]:
    """Return the directories that hold files: of each day of each endpoint, and of outcomes."""
    return sorted(path for path in root.glob("*/*") if path.is_dir() and not path.is_symlink())


@contextmanager
def held(directory: Path) -> Iterator[Sequence[tuple[str, IO[bytes]]]]:
    """Give the files of a directory, each open: none is missing, and no row is in two of them."""
    _let_open_many()
    while True:
        with ExitStack() as files:
            try:
                opened = [(path.name, files.enter_context(_opened(path))) for path in _current(directory)]
            except FileNotFoundError:
                continue  # packed or removed this very moment
            yield opened
            return


def _current(directory: Path) -> list[Path]:
    try:
        note = json.loads((directory / NOTE).read_text())
    except (FileNotFoundError, ValueError):
        note = {"new": "", "old": []}
    replaced = note["old"] if note["new"] and (directory / note["new"]).exists() else []
    return sorted(path for path in directory.glob(f"[!.]*{ENDING}") if path.name not in replaced)


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _let_open_many() -> None:
    """A day has a file for each process and each job."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
