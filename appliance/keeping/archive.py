"""The file of a backup: a compressed tar whose last member says what the others must be.

The manifest comes last, so that the file is written in one pass while a box serves, and one that was cut off has none.
"""

import gzip
import hashlib
import io
import json
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

from appliance.errors import ApplianceError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
MANIFEST_BYTES_MAX: Final = 256 << 20
CHUNK_BYTES: Final = 1 << 20
LEVEL: Final = 1
"""Of the compression: models hardly get smaller by more of it, and the box has other work."""

PRIVATE: Final = 0o600
PRIVATE_DIRECTORY: Final = 0o700
DATABASE: Final = "database/db.sqlite3"
JOURNAL_KEY: Final = "key/journal"
NAME: Final = re.compile(r"(?!\.)[\w.@-]+(/(?!\.)[\w.@-]+)+", re.ASCII)
"""Two parts or more, none of which begins with a dot: whatever is unpacked stays in its directory."""

NO_ARCHIVE: Final = (gzip.BadGzipFile, tarfile.ReadError)
BROKEN: Final = (tarfile.TarError, EOFError, zlib.error, OSError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A file of the backup, as it must be."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What a backup holds. `counts`: rows by what they are; `migrations`: what its database was brought to."""

    release: str
    created_at: str
    names: tuple[str, ...]
    counts: dict[str, int]
    migrations: tuple[str, ...]
    models: tuple[str, ...]
    with_results: bool
    members: dict[str, Member]
    format: int = FORMAT
    with_journal: bool = False

    def to_json(self) -> bytes:
        """Return it as it is written."""
        told = asdict(self)
        if not self.with_journal:
            del told["with_journal"]  # releases that know of no journal read it then
        return json.dumps(told, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return what was written. Raise ApplianceError for a form that this release does not know."""
        told: dict[str, Any] = json.loads(content)
        if told["format"] != FORMAT:
            message = f"This backup has form {told['format']}, and this release reads form {FORMAT}."
            raise ApplianceError(message, f"upgrade the box to release {told['release']} or a newer one, then restore")
        members = {name: Member(**each) for name, each in told.pop("members").items()}
        tuples = {name: tuple(told[name]) for name in ("names", "migrations", "models")}
        return cls(**{**told, **tuples, "members": members})


class Writer:
    """Adds files to a backup and keeps what they are."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, Member] = {}

    def add(self, name: str, file: IO[bytes], size_bytes: int) -> None:
        """Add what is read from a file, of which so many bytes are there."""
        assert NAME.fullmatch(name), f"{name} is not the name of a member"
        reader = _Hashing(file)
        self._tar.addfile(_head(name, size_bytes), reader)
        self.members[name] = Member(size_bytes=size_bytes, sha256=reader.digest.hexdigest())

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a small file."""
        self.add(name, io.BytesIO(content), len(content))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, after which nothing comes."""
        content = manifest.to_json()
        self._tar.addfile(_head(MANIFEST, len(content)), io.BytesIO(content))


class _Hashing(io.RawIOBase):
    """Reads a file and takes its digest on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


@contextmanager
def written(target: IO[bytes]) -> Iterator[Writer]:
    """Give what writes a backup into an open file."""
    with (
        gzip.GzipFile(fileobj=target, mode="wb", compresslevel=LEVEL) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield Writer(tar)


def verified(path: Path) -> Manifest:
    """Return what a backup holds after reading all of it. Raise ApplianceError when anything is not as it was."""
    return unpacked(path, None)


def unpacked(path: Path, directory: Path | None) -> Manifest:
    """Verify a backup and put its files into an empty directory, for root only; without a directory only verify."""
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    try:
        with gzip.open(path) as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            for head in tar:
                if not (found or NAME.fullmatch(head.name)):
                    raise foreign(path)
                _require(path, manifest is None and head.isreg(), f"{head.name} does not belong into a backup")
                if head.name == MANIFEST:
                    manifest = Manifest.from_json(_read_manifest(path, tar, head))
                    continue
                _require(path, bool(NAME.fullmatch(head.name)) and head.name not in found, f"{head.name} is no name")
                found[head.name] = _taken(tar, head, directory)
            while packed.read(CHUNK_BYTES):
                pass  # to the very end, where the sum of the whole stands
    except BROKEN as error:
        raise unread(path, error, has_begun=bool(found)) from error
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(path, f"its manifest cannot be read ({error})") from error
    if manifest is None:
        raise damaged(path, "it was cut off before its manifest")
    for name in sorted(found.keys() | manifest.members.keys()):
        _require(path, found.get(name) == manifest.members.get(name), f"{name} is not what was backed up")
    _require(path, DATABASE in found, "it holds no database")
    return manifest


def unread(path: Path, error: Exception, *, has_begun: bool) -> ApplianceError:
    """Return the error for a file that was not read to its end; `has_begun`: something in it was as in a backup."""
    if isinstance(error, OSError) and error.errno:
        message = f"The backup {path} cannot be read: {error.strerror}."
        return ApplianceError(message, "check the path, the rights and the free space")
    if not has_begun and isinstance(error, NO_ARCHIVE):
        return foreign(path)
    return damaged(path, "it was changed or cut off since it was written")


def foreign(path: Path) -> ApplianceError:
    """Return the error for another file."""
    return ApplianceError(f"{path} is no backup of Bastide.", "name a file that sudo bastide backup wrote")


def damaged(path: Path, why: str) -> ApplianceError:
    """Return the error for a backup that is not as it was written."""
    hint = "compare its size with the original, or take another backup; nothing was changed"
    return ApplianceError(f"The backup {path} is damaged: {why}.", hint)


def _require(path: Path, is_right: bool, why: str) -> None:  # noqa: FBT001  # the claim itself, as in an assertion
    if not is_right:
        raise damaged(path, why)


def _head(name: str, size_bytes: int) -> tarfile.TarInfo:
    head = tarfile.TarInfo(name)
    head.size, head.mode = size_bytes, 0o600
    return head


def _read_manifest(path: Path, tar: tarfile.TarFile, head: tarfile.TarInfo) -> bytes:
    _require(path, head.size <= MANIFEST_BYTES_MAX, "its manifest is too large")
    return _opened(tar, head).read()


def _taken(tar: tarfile.TarFile, head: tarfile.TarInfo, directory: Path | None) -> Member:
    reader = _Hashing(_opened(tar, head))
    if directory is None:
        _copy(reader, None)
    else:
        with _created(directory, head.name) as file:
            _copy(reader, file)
    return Member(size_bytes=head.size, sha256=reader.digest.hexdigest())


def _created(directory: Path, name: str) -> IO[bytes]:
    """Make a file below a directory, and those on the way to it: nobody but who unpacks may look at any of it."""
    target = directory / name
    for parent in reversed(target.parents[: len(Path(name).parts) - 1]):
        parent.mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    return os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb")


def _copy(reader: _Hashing, writer: IO[bytes] | None) -> None:
    while chunk := reader.read(CHUNK_BYTES):
        if writer is not None:
            writer.write(chunk)


def _opened(tar: tarfile.TarFile, head: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(head)
    assert file is not None, "a regular member can be opened"
    return file
