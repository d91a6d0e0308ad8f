"""Joins the parts of a result while others are still being answered, where parts are finished bytes.

The draft grows in a directory of the attempt, beside marks: which files are in it, in order. Only who holds the lock on
the directory opens what is in it, by name, or renames it. So a worker that wakes up late either held the lock all the
time, and nobody else had the draft, or has nothing of it open.
"""

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from itertools import count
from pathlib import Path
from struct import Struct
from typing import Final

from worker.batch.directory_lock import held, held_in_turn
from worker.batch.opening import open_writer
from worker.batch.places import JobPlace
from worker.batch.plans import Plan
from worker.batch.writing.joining import append

logger = logging.getLogger(__name__)

DRAFT: Final = "draft"
MARKS: Final = "marks"

MARK: Final = Struct("<4Q")
"""Inode, size, times of writing and of renaming: a part that was written anew has others. No mark crosses the border of
a page, so it is written whole or not at all."""

PATIENCE_S: Final = 5.0
"""So long a draft may stand still in another's hands before the result is made without it."""

Mark = tuple[int, int, int, int]


def join_early(place: JobPlace) -> None:
    """Join the parts that are there, unless another worker is at it. Nothing fails by it: `finish` joins the rest."""
    try:
        plan = Plan.load(place.plan)
        head = open_writer(plan, place).head()
        if head is not None:
            with held(place.joined) as directory, _growing(directory, head) as growing:
                growing.add(map(place.part, count(len(growing.marks))))
    except (BlockingIOError, FileNotFoundError):
        pass  # another has the lock; the next part is not there yet, or the job is gone
    except OSError as error:
        logger.warning("Parts of %s are left for the end: %s", place.attempt, error)


def finish(place: JobPlace, head: bytes, parts: Sequence[Path], confirm: Callable[[], None]) -> None:
    """Make the result of the draft and what it lacks, by rename; after `confirm`, which raises if it is not to appear.

    Raise BlockingIOError if another worker holds the draft and stands still. Whatever is raised, the disk has its room
    again.
    """
    with held_in_turn(place.joined, PATIENCE_S, _size) as directory:
        try:
            with _growing(directory, head) as growing:
                growing.keep(_same(growing.marks, parts))
                growing.add(parts[len(growing.marks) :])
            confirm()
            os.replace(DRAFT, place.result, src_dir_fd=directory)
        finally:
            for name in (DRAFT, MARKS):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=directory)


class Growing:
    """The draft in the hands of whoever holds the lock: `marks` tell of the parts that are in it.

    A part comes before its mark, and a mark goes before its part: what a dead worker left behind the last mark is cut.
    """

    def __init__(self, draft: FileIO, marks: FileIO, head: bytes) -> None:
        self._draft = draft
        self._written = marks
        self._head = head
        found = marks.read()
        self.marks: list[Mark] = list(MARK.iter_unpack(found[: len(found) // MARK.size * MARK.size]))
        # The draft that the marks told of may have become the result.
        is_there = os.fstat(draft.fileno()).st_size >= self._length
        self.keep(len(self.marks) if is_there else 0)

    def keep(self, parts: int) -> None:
        """Keep so many of the first parts, and be ready to add others."""
        del self.marks[parts:]
        self._written.truncate(parts * MARK.size)
        self._written.seek(parts * MARK.size)
        self._cut()
        if not self.marks:
            self._begin()

    def add(self, parts: Iterable[Path]) -> None:
        """Join more parts, and mark each. Raise OSError, FileNotFoundError for the first that is not there."""
        for part in parts:
            try:
                found = append(part, self._draft.fileno())
                self._written.write(MARK.pack(*_mark(found)))
            except OSError:
                self._cut()  # its part of the disk is needed by others
                raise
            self.marks.append(_mark(found))

    @property
    def _length(self) -> int:
        return len(self._head) + sum(size for _, size, _, _ in self.marks) if self.marks else 0

    def _cut(self) -> None:
        self._draft.truncate(self._length)
        self._draft.seek(self._length)

    def _begin(self) -> None:
        left = self._head
        while left:
            left = left[self._draft.write(left) :]


@contextmanager
def _growing(directory: int, head: bytes) -> Iterator[Growing]:
    with _opened(DRAFT, directory) as draft, _opened(MARKS, directory) as marks:
        yield Growing(draft, marks, head)


def _opened(name: str, directory: int) -> FileIO:
    return FileIO(os.open(name, os.O_RDWR | os.O_CREAT, 0o666, dir_fd=directory), "r+")


def _same(marks: Sequence[Mark], parts: Sequence[Path]) -> int:
    """Return how many of the first parts are the files that were joined, and no later ones."""
    same = 0
    for mark, part in zip(marks, parts, strict=False):
        if _mark(part.stat()) != mark:
            break
        same += 1
    return same


def _mark(part: os.stat_result) -> Mark:
    return part.st_ino, part.st_size, part.st_mtime_ns, part.st_ctime_ns


def _size(directory: int) -> int:
    """Return how large the draft is, -1 if there is none: it grows while somebody is at it."""
    try:
        return os.stat(DRAFT, dir_fd=directory).st_size
    except FileNotFoundError:
        return -1
