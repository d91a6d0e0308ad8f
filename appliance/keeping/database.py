"""The box's database from outside: copies that are whole while it is written, and what they hold.

It names tables of the control plane, and reads nothing that a release may change the meaning of.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Final

from appliance.errors import ApplianceError
from appliance.ownership import as_owner

BUSY_S: Final = 30.0
OPENED_WITHIN_S: Final = 180.0
"""The control worker opens the database each minute."""

PRIMARY: Final = 0xFF
"""The part of SQLite's extended error codes that says what kind of error it is."""

PAGES: Final = -1
"""All pages of a copy at once: a copy in parts begins anew with each write of the box."""

COUNTED: Final = {
    "models": "registry_registeredmodel",
    "versions": "registry_modelversion",
    "endpoints": "endpoints_endpoint",
    "accounts": "accounts_user",
    "jobs": "jobs_batchjob",
    "entries of the audit trail": "audit_auditevent",
}
OF_PEOPLE: Final = {"audit_auditevent": "action NOT LIKE 'check!_key!_%' ESCAPE '!'"}
"""What of a table people have made: the box checks itself each hour, and after each move, with a key that it notes."""

ENDED_JOBS: Final = "SELECT job_id FROM jobs_batchjob WHERE ended_at IS NOT NULL"
DIGESTS: Final = "SELECT DISTINCT digest FROM registry_modelversion WHERE status NOT IN ('deleted', 'rejected')"


def copy(source: Path, target: Path) -> None:
    """Copy a database that others may write meanwhile. Raise when the copy is not sound."""
    with _told(source):
        _copy_pages(source, target)
    with _told(target), _opened(target, "rw") as writing:
        writing.execute("PRAGMA journal_mode=DELETE")
        (verdict,) = writing.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        message = f"The database {source} is damaged: {verdict}."
        raise ApplianceError(message, "restore the newest backup: sudo bastide restore FILE")


def keep(source: Path, target: Path) -> None:
    """Copy a database to where `put_back` may take it from: it is there whole, or not at all."""
    draft = target.with_name(f".{target.name}.draft")
    draft.unlink(missing_ok=True)
    copy(source, draft)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.rename(target)


def _copy_pages(source: Path, target: Path) -> None:
    """Copy, also as somebody who may only read.

    SQLite reads a database with a write-ahead log by files beside it. Where nobody has it open they are not there, and
    who may only read cannot make them: then the file is all of it. After a power cut they wait for somebody who may
    write and has not come yet.
    """
    until_s = time.monotonic() + OPENED_WITHIN_S
    while True:
        try:
            with _opened(source, "ro") as reading, _opened(target, "rwc") as writing:
                reading.backup(writing, pages=PAGES)
                return
        except sqlite3.OperationalError as error:
            may_only_read = error.sqlite_errorcode & PRIMARY in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
            if not may_only_read or not source.exists() or time.monotonic() > until_s:
                raise
        if _copy_at_rest(source, target):
            return
        time.sleep(1)


def _copy_at_rest(source: Path, target: Path) -> bool:
    """Copy the file of a database that nobody has open. Return whether it was at rest all the while.

    Who opens it meanwhile writes into the log first, and into the file only when that is full.
    """
    log, before = source.with_name(f"{source.name}-wal"), source.stat()
    if log.exists():
        return False
    with _readable(source) as reading, target.open("wb") as writing:
        shutil.copyfileobj(reading, writing)
    after = source.stat()
    return (before.st_mtime_ns, before.st_size, before.st_ino) == (after.st_mtime_ns, after.st_size, after.st_ino)


def put_back(kept: Path, database: Path) -> None:
    """Make a database what it was, in one transaction: whoever has it open sees the one or the other."""
    with _told(database), _opened(kept, "ro") as reading, _opened(database, "rw") as writing:
        reading.backup(writing, pages=PAGES)


def counts(database: Path) -> dict[str, int]:
    """Return how many rows there are of what people know."""
    with _told(database), _opened(database, "ro") as reading:
        tables = {name for (name,) in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {
            word: int(reading.execute(_counting(table)).fetchone()[0])
            for word, table in COUNTED.items()
            if table in tables
        }


def _counting(table: str) -> str:
    return f"SELECT count(*) FROM {table} WHERE {OF_PEOPLE.get(table, 'true')}"  # noqa: S608  # words from above


def more(now: Path, then: Path) -> dict[str, int]:
    """Return how many rows there are in a database that were not there in an earlier one, where there are more."""
    before = counts(then)
    return {word: count - before.get(word, 0) for word, count in counts(now).items() if count > before.get(word, 0)}


def migrations(database: Path) -> tuple[str, ...]:
    """Return to what the database was brought, as `app.name`; nothing where it was made and no more."""
    with _told(database), _opened(database, "ro") as reading:
        if reading.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'").fetchone() is None:
            return ()
        rows = reading.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return tuple(sorted({str(row[0]) for row in rows}))


def form(database: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the migrations of a database, and its tables with their indexes, by which it differs from another one."""
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY sql"
    with _told(database), _opened(database, "ro") as reading:
        return migrations(database), tuple(str(row[0]) for row in reading.execute(query))


def digests(database: Path) -> tuple[str, ...]:
    """Return the digests of the versions whose files should be in the store, or will be soon."""
    return _column(database, DIGESTS)


def ended_jobs(database: Path) -> tuple[str, ...]:
    """Return the jobs whose files nobody changes any more."""
    return _column(database, ENDED_JOBS)


def sentence(found: Mapping[str, int]) -> str:
    """Return counts for people."""
    return ", ".join(f"{count:,} {word}" for word, count in found.items()) or "nothing"


def _column(database: Path, query: str) -> tuple[str, ...]:
    with _told(database), _opened(database, "ro") as reading:
        return tuple(sorted(str(row[0]) for row in reading.execute(query) if row[0]))


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """Open a database, and what SQLite keeps beside it, as whom its directory belongs to: see `as_owner`."""
    with as_owner(path.parent):
        connection = sqlite3.connect(f"file:{path}?mode={mode}", uri=True, timeout=BUSY_S, isolation_level=None)
    with closing(connection):
        with as_owner(path.parent):
            connection.execute("PRAGMA user_version").fetchone()  # opens the log, and asks nothing of the tables
        yield connection


def _readable(path: Path) -> IO[bytes]:
    with as_owner(path.parent):
        return path.open("rb")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        message = f"The database {path} cannot be used: {error}."
        raise ApplianceError(message, "check the free space and journalctl -u 'bastide*' -n 50") from error
