"""The files of the journal as they are at one moment, although the data plane packs and removes them meanwhile.

How it packs stands in worker/journal/places.py: a note names the new file and those that it stands for, from before the
new one appears until the old ones are gone.
"""

import io
import json
import os
import resource
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import IO, Final

from appliance.keeping import others_files

ENDING: Final = ".rows"
NOTE: Final = ".swap.json"
KEY: Final = ".key"
"""What features are hashed with."""


def directories(root: Path) -> list[Path]:
    """Return the directories that hold files: of each day of each endpoint, and of outcomes."""
    return sorted(path for path in root.glob("*/*") if path.is_dir() and not path.is_symlink())


@contextmanager
def held(directory: Path) -> Iterator[Sequence[tuple[str, IO[bytes] | None]]]:
    """Give the files of a directory, each open: none is missing, and no row is in two of them. None is for a link.

    There are none where the directory is gone meanwhile, or a link stands for it.
    """
    _let_open_many()
    try:
        descriptor = others_files.entered(directory)
    except (FileNotFoundError, NotADirectoryError):
        yield ()
        return
    try:
        with _held(Path(f"/proc/self/fd/{descriptor}")) as files:
            yield files
    finally:
        os.close(descriptor)


@contextmanager
def _held(directory: Path) -> Iterator[Sequence[tuple[str, IO[bytes] | None]]]:
    while True:
        with ExitStack() as files:
            try:
                opened = [(path.name, _kept(files, others_files.opened(path))) for path in _current(directory)]
            except FileNotFoundError:
                continue  # packed or removed this very moment
            yield opened
            return


def _current(directory: Path) -> list[Path]:
    replaced = _replaced(directory)
    return sorted(path for path in directory.glob(f"[!.]*{ENDING}") if path.name not in replaced)


def _replaced(directory: Path) -> frozenset[str]:
    try:
        with others_files.opened(directory / NOTE) or nullcontext(io.BytesIO()) as file:
            told = json.load(file)
        new, old = str(told["new"]), frozenset(map(str, told["old"]))
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return frozenset()
    return old if new and (directory / new).exists() else frozenset()


def _kept(files: ExitStack, file: IO[bytes] | None) -> IO[bytes] | None:
    return files.enter_context(file) if file else None


def _let_open_many() -> None:
    """A day has a file for each process and each job."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
