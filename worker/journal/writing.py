"""Appends what a process answered, from a thread of its own: who answers only hands it over.

Once a second all that came is written. A process that is killed loses what came since, and no answer waits for a disk.
What the disk does not take is counted and told, never waited for: the memory that it may hold meanwhile is bounded.
"""

import errno
import fcntl
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.contract.signature import Signature
from worker.journal import block
from worker.journal.columns import Answered, Origin, block_of
from worker.journal.places import ENDING, KEY, day_of
from worker.journal.refusals import RefusalCounts

logger = logging.getLogger(__name__)

FLUSH_S: Final = 1.0
ROWS_HELD_MAX: Final = 400_000
BLOCK_ROWS_MAX: Final = 50_000
SEGMENT_BYTES_MAX: Final = 64 << 20
KEY_BYTES: Final = 32
ROOM_LEFT_BYTES: Final = 1 << 30
ROOM_LEFT_PART: Final = 50
"""So much, or a fiftieth of a small disk, the journal leaves to the others."""

DAY_MS: Final = 86_400_000
MODE: Final = 0o660


@dataclass(slots=True)
class _Open:
    """A segment that is being written."""

    path: Path
    size_bytes: int = 0


class JournalWriter:
    """The journal of one process. `note` may be called by one thread, `close` by another."""

    def __init__(self, directory: Path, name: str, now_s: Callable[[], float] = time.time) -> None:
        self.refusals = RefusalCounts(directory, name)
        self._directory = directory
        self._name = name
        self._now_s = now_s
        self._held: dict[Origin, tuple[Signature, list[Answered]]] = {}
        self._rows_held = 0
        self._lost = 0
        self._lock = threading.Lock()
        self._open: dict[str, _Open] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._key: bytes | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write what is held, and end."""
        self._stopped.set()
        self._thread.join(timeout=10)
        self.flush()

    def note(self, origin: Origin, signature: Signature, answered: Answered) -> None:
        """Take rows that were answered. It costs a microsecond, and never waits for a disk."""
        rows = answered.table.row_count
        with self._lock:
            if self._rows_held + rows > ROWS_HELD_MAX:
                self._lost += rows
                return
            self._rows_held += rows
            held = self._held.get(origin)
            if held is None:
                self._held[origin] = (signature, [answered])
            else:
                held[1].append(answered)

    def flush(self) -> None:
        """Write all that is held. What cannot be written of one endpoint holds up no other."""
        with self._lock:
            held, self._held = self._held, {}
            self._rows_held = 0
            lost, self._lost = self._lost, 0
        for origin, (signature, answered) in held.items():
            lost += self._write(origin, signature, answered)
        if lost:
            logger.error("%d answered rows are not in the journal.", lost)
        self.refusals.flush()

    def _run(self) -> None:
        while not self._stopped.wait(FLUSH_S):
            try:
                self.flush()
            except Exception:
                # A fault of the journal's must not leave it silent for the life of the process.
                logger.exception("A second of the journal is lost.")

    def _write(self, origin: Origin, signature: Signature, answered: list[Answered]) -> int:
        """Write what was answered of one origin. Return how many rows the disk did not take."""
        parts = _parts(answered)
        for at, part in enumerate(parts):
            try:
                self._append(block_of(origin, signature, part, self._hash_key()))
            except OSError as error:
                logger.error("The journal of %s cannot be written: %s", origin.endpoint, error)
                return sum(one.table.row_count for left in parts[at:] for one in left)
        return 0

    def _append(self, written: block.Block) -> None:
        data = block.encode(written)
        segment = self._segment(written.endpoint, day_of(written.last_ms), len(data))
        with _appending(segment.path) as descriptor:
            _require_room(descriptor)
            size_bytes = os.fstat(descriptor).st_size
            try:
                _write(descriptor, data)
            except OSError:
                # A block that was written in part would hide all that follow it.
                os.ftruncate(descriptor, size_bytes)
                raise
        segment.size_bytes = size_bytes + len(data)

    def _segment(self, endpoint: str, day: str, size_bytes: int) -> _Open:
        found = self._open.get(endpoint)
        if found is None or found.path.parent.name != day or found.size_bytes + size_bytes > SEGMENT_BYTES_MAX:
            directory = self._directory / endpoint / day
            stamp = time.strftime("%H%M%S", time.gmtime(self._now_s()))
            found = self._open[endpoint] = _Open(directory / f"{stamp}-{self._name}-{secrets.token_hex(3)}{ENDING}")
        return found

    def _hash_key(self) -> bytes:
        if self._key is None:
            self._key = hash_key(self._directory)
        return self._key


def _parts(answered: list[Answered]) -> list[list[Answered]]:
    """Return what was answered in parts of a bounded number of rows, each of one day: days are directories."""
    parts: list[list[Answered]] = [[]]
    rows = 0
    for one in answered:
        is_next_day = bool(parts[-1]) and parts[-1][-1].time_ms // DAY_MS != one.time_ms // DAY_MS
        if is_next_day or (parts[-1] and rows + one.table.row_count > BLOCK_ROWS_MAX):
            parts.append([])
            rows = 0
        parts[-1].append(one)
        rows += one.table.row_count
    return parts


@contextmanager
def _appending(path: Path) -> Iterator[int]:
    """Open a segment to append to, locked: whoever packs it renames it, and waits for the lock before reading."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, MODE)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _is_at(path, descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _require_room(descriptor: int) -> None:
    """Raise OSError where the disk is nearly full: a box can do without its journal, and not without its database."""
    disk = os.fstatvfs(descriptor)
    left, all_bytes = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
    if left < min(ROOM_LEFT_BYTES, all_bytes // ROOM_LEFT_PART):
        raise OSError(errno.ENOSPC, f"only {left / 1e6:,.0f} MB of the disk are free, which the box needs itself")


def _is_at(path: Path, descriptor: int) -> bool:
    """Return whether a file still has its name; it was renamed in the moment before it was locked otherwise."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def hash_key(directory: Path) -> bytes:
    """Return the box's key for hashes of features, made when there is none: whoever comes second reads the first's."""
    path = directory / KEY
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        draft = directory / f"{KEY}.{secrets.token_hex(6)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first
        finally:
            draft.unlink()
    return path.read_bytes()
