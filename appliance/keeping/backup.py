"""Writes a backup while the box serves.

The database comes first, then the models that it knows. Models are files under the digest of their content that never
change, so what is read after the database is what the database means. Only their removal can come between: then the
database is read again.
"""

import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from appliance.errors import ApplianceError
from appliance.installing import settings
from appliance.installing.places import CREDENTIALS, CURRENT, DATA, SCRATCH, SETTINGS, TLS
from appliance.keeping import archive, database, job_files, journal_files
from appliance.keeping.archive import DATABASE, JOURNAL_KEY, Manifest, Writer
from appliance.keeping.drafts import COPY, clear_left, draft_of
from appliance.keeping.room import require_rooms, size_bytes
from appliance.tls.directory import File, TlsDirectory

TRIES: Final = 5
PRIVATE: Final = 0o600
NICENESS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """What is backed up: the places of the installed box, or of a test.

    `prefix`: before the name of each secret; `scratch`: where a copy of the database is made.
    """

    data: Path = DATA.root
    settings_file: Path = SETTINGS
    credentials: Path = CREDENTIALS
    prefix: str = ""
    tls: Path = TLS
    scratch: Path = SCRATCH
    release: str = field(default_factory=lambda: CURRENT.readlink().name)
    names: tuple[str, ...] = field(default_factory=settings.names)


@dataclass(frozen=True, kw_only=True, slots=True)
class More:
    """What a backup holds only where that is asked for: the files of jobs that have ended, and the journal."""

    results: bool = False
    journal: bool = False


def back_up(box: Box, target: Path, say: Callable[[str], None], more: More = More()) -> Manifest:
    """Write a backup and verify it, for who holds the box. Raise, and leave no file, when that fails."""
    if target.exists():
        message = f"{target} is there already."
        raise ApplianceError(message, "choose another name, or remove it first")
    _require_directory(target)
    clear_left(target, box.scratch, say)
    _require_room(box, target, more)
    with suppress(PermissionError):
        os.nice(NICENESS)
    draft = draft_of(target)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        with os.fdopen(descriptor, "wb") as file:
            _write(box, file, say, more)
            file.flush()
            os.fsync(file.fileno())
        say("  Verifying")
        manifest = archive.verified(draft)
        draft.rename(target)
    except OSError as error:
        message = f"The backup {target} cannot be written: {error.strerror or error}."
        raise ApplianceError(message, "check the disk and its free space, then run the same command again") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _require_directory(target: Path) -> None:
    if not target.parent.is_dir():
        message = f"There is no directory {target.parent}."
        raise ApplianceError(message, f"sudo install -d -m 700 {target.parent}, or choose another")


def _require_room(box: Box, target: Path, more: More) -> None:
    base = (box.data / "db.sqlite3").stat().st_size
    wanted = {"batch": more.results, "journal": more.journal}
    spool = sum(size_bytes(box.data / "spool" / name) for name, is_wanted in wanted.items() if is_wanted)
    require_rooms((target.parent, base + size_bytes(box.data / "models") + spool), (box.scratch, base))


def _write(box: Box, file: IO[bytes], say: Callable[[str], None], more: More) -> None:
    created_at = datetime.now(UTC).isoformat(timespec="seconds")
    with archive.written(file) as writer, tempfile.TemporaryDirectory(prefix=COPY, dir=box.scratch) as directory:
        copy = Path(directory) / "db.sqlite3"
        models = _add_models(box, writer, copy, say)
        say(f"  Database: {database.sentence(database.counts(copy))}")
        _add_path(writer, DATABASE, copy)
        _add_settings(box, writer)
        if more.results:
            _add_results(box, writer, copy, say)
        if more.journal:
            _add_journal(box.data / "spool" / "journal", writer, say)
        manifest = Manifest(
            release=box.release,
            created_at=created_at,
            names=box.names,
            counts=database.counts(copy),
            migrations=database.migrations(copy),
            models=tuple(sorted(models)),
            with_results=more.results,
            with_journal=more.journal,
            members=writer.members,
        )
        writer.finish(manifest)


def _add_models(box: Box, writer: Writer, copy: Path, say: Callable[[str], None]) -> set[str]:
    """Add the files of every version that the database knows, leaving its last copy at `copy`. Return the digests."""
    kept: set[str] = set()
    for _ in range(TRIES):
        copy.unlink(missing_ok=True)
        database.copy(box.data / "db.sqlite3", copy)
        there = [each for each in database.digests(copy) if each not in kept and (box.data / "models" / each).is_dir()]
        gone = [digest for digest in there if not _add_model(box.data / "models", digest, writer)]
        kept.update(set(there) - set(gone))
        if not gone:
            known = kept & set(database.digests(copy))
            say(f"  Models: {len(known)} in the store, {size_of(writer) / 2**20:,.0f} MiB")
            return known
    message = f"Models were removed during each of {TRIES} tries."
    raise ApplianceError(message, "try again when nobody removes models")


def size_of(writer: Writer) -> int:
    """Return how many bytes were added so far."""
    return sum(member.size_bytes for member in writer.members.values())


def _add_model(store: Path, digest: str, writer: Writer) -> bool:
    """Add a model. Return False when it is removed meanwhile; what was added of it by then is not told of."""
    try:
        for path in sorted((store / digest).iterdir()):
            name = f"models/{digest}/{path.name}"
            if name not in writer.members:
                _add_path(writer, name, path)
    except FileNotFoundError:
        return False
    return (store / digest).is_dir()


def _add_path(writer: Writer, name: str, path: Path) -> None:
    """Add a regular file; a link, which a stranger might have put there, is none."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            message = f"{path} is not a regular file, so it is not backed up."
            raise ApplianceError(message, "remove it, then run the same command again")
        writer.add(name, file, found.st_size)


def _add_settings(box: Box, writer: Writer) -> None:
    """Add what makes the box this box: settings, secrets, the authority with its key."""
    for name, path in _settings_of(box):
        with suppress(FileNotFoundError):
            _add_path(writer, name, path)
    directory = TlsDirectory(root=box.tls)
    with directory.locked():
        for file in File:
            content = directory.read(file)
            if content is not None:
                writer.add_bytes(f"tls/{file}", content)


def _settings_of(box: Box) -> Iterator[tuple[str, Path]]:
    yield "settings/bastide.env", box.settings_file
    yield "data/admin-password", box.data / "admin-password"
    yield from ((f"credentials/{name}", path) for name, path in _listed(box.credentials, box.prefix))
    marks = _listed(box.data / "examples")
    yield from ((f"examples/{name}", path) for name, path in marks if path.is_file())


def _listed(directory: Path, prefix: str = "") -> list[tuple[str, Path]]:
    """Return what is in a directory, by its name without a prefix. Raise OSError when it may not be looked into."""
    found = ((path.name.removeprefix(prefix), path) for path in directory.iterdir() if path.name.startswith(prefix))
    return sorted((name, path) for name, path in found if not name.startswith("."))


def _add_results(box: Box, writer: Writer, copy: Path, say: Callable[[str], None]) -> None:
    """Add the files of jobs that have ended. Their time may end meanwhile: then they are left out."""
    before, left_out = size_of(writer), 0
    for job_id in database.ended_jobs(copy):
        try:
            for name, file in job_files.opened(box.data / "spool" / "batch", job_id):
                with file or nullcontext():
                    left_out += not _add_open(writer, f"results/{name}", file)
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            left_out += 1
    _tell_left_out("results", left_out, say)
    say(f"  Results: {(size_of(writer) - before) / 2**20:,.0f} MiB")


def _add_open(writer: Writer, name: str, file: IO[bytes] | None) -> bool:
    """Add a file of the data plane's. Return False for what is none, or has a name that nothing of a backup has."""
    if file is None or not archive.NAME.fullmatch(name):
        return False
    writer.add(name, file, os.fstat(file.fileno()).st_size)
    return True


def _tell_left_out(what: str, count: int, say: Callable[[str], None]) -> None:
    if count:
        say(f"  Left out of the {what}: {count} (links, drafts and the like)")


def _add_journal(root: Path, writer: Writer, say: Callable[[str], None]) -> None:
    """Add the rows that were answered and their outcomes, as they are at this moment."""
    before, left_out = size_of(writer), 0
    for directory in journal_files.directories(root):
        with journal_files.held(directory) as files:
            for name, file in files:
                left_out += not _add_open(writer, f"journal/{directory.relative_to(root)}/{name}", file)
    with suppress(FileNotFoundError):
        _add_path(writer, JOURNAL_KEY, root / journal_files.KEY)
    _tell_left_out("journal", left_out, say)
    say(f"  Journal: {(size_of(writer) - before) / 2**20:,.0f} MiB")
