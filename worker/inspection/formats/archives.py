"""Unpacks an archive of a stranger's: every name and size is looked at before anything is written."""

import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

import msgspec

from worker.contract.words import Piece, Words
from worker.inspection.formats.recognition import AGAIN, HEAD_BYTES, Content, compression
from worker.inspection.refusal import Refused
from worker.tables.wording import quoted

CHUNK_BYTES: Final = 1 << 20
PACK_AGAIN: Final = Words("Pack the model's own files, and nothing else, into a new archive.")
SYMBOLIC_LINK: Final = Piece("is a symbolic link")
DEVICE: Final = Piece("is a device")
NAME_BYTES_MAX: Final = 255
DEPTH_MAX: Final = 16
CLUTTER: Final = ("__MACOSX", ".DS_Store")
"""What the file managers of some systems add to an archive."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive may come to. The ratio counts from `ratio_from_bytes` on: small files of zeros are harmless."""

    entries: int = 10_000
    unpacked_bytes: int = 4 * 2**30
    ratio: int = 200
    ratio_from_bytes: int = 50_000_000

    def check_size(self, unpacked_bytes: int, packed_bytes: int) -> None:
        """Raise `Refused` for more bytes than an archive of this size may unpack to."""
        if unpacked_bytes > self.unpacked_bytes:
            words = Words("The archive unpacks to more than {most:,} bytes.", {"most": self.unpacked_bytes})
            raise Refused(words, Words("Publish a smaller model."))
        if unpacked_bytes > max(self.ratio_from_bytes, self.ratio * packed_bytes):
            words = Words(
                "The archive unpacks to more than {ratio:,} times its own size, as a bomb does.", {"ratio": self.ratio}
            )
            raise Refused(words, Words("Save the model without compression and upload that file."))


BOUNDS: Final = Bounds()
SKOPS_BOUNDS: Final = Bounds(entries=50_000)
"""A skops file has an entry for each array, and a boosted model many trees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file or directory in an archive; `wrong` is what is wrong with its kind."""

    name: str
    wrong: Piece | None = None
    size_bytes: int = 0
    is_directory: bool = False


def check_zip(path: Path, bounds: Bounds = BOUNDS) -> None:
    """Raise `Refused` for a zip archive with a name, kind, number or size that it may not have."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        if any(info.flag_bits & 1 for info in infos):
            raise Refused(Words("The archive is encrypted."), PACK_AGAIN)
        entries = list(_checked((_entry_of_zip(info) for info in infos), bounds))
    bounds.check_size(sum(entry.size_bytes for entry in entries), path.stat().st_size)


def unpack(path: Path, content: Content, directory: Path, bounds: Bounds = BOUNDS) -> None:
    """Unpack the archive into a directory, which is made. Raise `Refused` for one that is not sound."""
    directory.mkdir()
    try:
        if content is Content.ZIP:
            check_zip(path, bounds)
            _unpack_zip(path, directory, bounds)
        else:
            _unpack_tar(path, directory, bounds)
    except Refused:
        raise
    except FileExistsError as error:
        raise Refused(Words("The archive holds a name twice."), PACK_AGAIN) from error
    except Exception as error:  # the readers of archives raise whatever they meet
        said = f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
        raise Refused(Words("The archive is damaged or cut off: {error}", {"error": said}), AGAIN) from error


def _unpack_zip(path: Path, directory: Path, bounds: Bounds) -> None:
    written, packed = 0, path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.is_dir() or _is_clutter(info.filename):
                continue
            with archive.open(info) as file:
                for size in _write(file, directory / info.filename):
                    written += size
                    bounds.check_size(written, packed)


def _unpack_tar(path: Path, directory: Path, bounds: Bounds) -> None:
    with path.open("rb") as file:
        opener: Callable[[Path], Any] = compression(file.read(HEAD_BYTES)) or (lambda plain: plain.open("rb"))
    with opener(path) as unpacked:
        bounded = _Bounded(unpacked, bounds, path.stat().st_size)
        with tarfile.open(fileobj=bounded, mode="r|") as archive:  # type: ignore[call-overload]  # it has `read`, which is all that is asked of it
            members: list[tarfile.TarInfo] = []

            def entries() -> Iterator[Entry]:
                for member in archive:
                    members[:] = [member]
                    yield _entry_of_tar(member)

            for entry in _checked(entries(), bounds):
                content = None if _is_clutter(entry.name) else archive.extractfile(members[0])
                if content is not None:  # a directory has none
                    list(_write(content, directory / entry.name))


class _Bounded:
    """Reads an archive and stops where it unpacks to too much."""

    def __init__(self, file: IO[bytes], bounds: Bounds, packed_bytes: int) -> None:
        self._file = file
        self._bounds = bounds
        self._packed_bytes = packed_bytes
        self._read_bytes = 0

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._read_bytes += len(data)
        self._bounds.check_size(self._read_bytes, self._packed_bytes)
        return data


def _checked(entries: Iterable[Entry], bounds: Bounds) -> Iterator[Entry]:
    seen: set[PurePosixPath] = set()
    for count, entry in enumerate(entries, start=1):
        if count > bounds.entries:
            raise Refused(Words("The archive has more than {most:,} entries.", {"most": bounds.entries}), PACK_AGAIN)
        wrong = _wrong_with(entry, seen)
        if wrong:
            words = Words("The archive holds {name}, which {wrong}.", {"name": quoted(entry.name), "wrong": wrong})
            raise Refused(words, PACK_AGAIN)
        seen.add(PurePosixPath(entry.name))
        yield entry


def _wrong_with(entry: Entry, seen: set[PurePosixPath]) -> Piece | None:
    path = PurePosixPath(entry.name)
    if entry.wrong:
        return entry.wrong
    if path.is_absolute() or (path.parts and path.parts[0].endswith(":")):
        return Piece("is an absolute path")
    if ".." in path.parts:
        return Piece("leads out of the archive")
    if "\\" in entry.name or "\0" in entry.name:
        return Piece("is no name of a file here")
    if len(path.parts) > DEPTH_MAX or any(len(part.encode("utf-8", "replace")) > NAME_BYTES_MAX for part in path.parts):
        return Piece("is too long a name")
    return Piece("is there twice") if path in seen and not entry.is_directory else None


def _entry_of_zip(info: zipfile.ZipInfo) -> Entry:
    kinds = {stat.S_IFLNK: SYMBOLIC_LINK, stat.S_IFREG: None, stat.S_IFDIR: None, 0: None}
    wrong = kinds.get(stat.S_IFMT(info.external_attr >> 16), DEVICE)
    return Entry(name=info.filename, wrong=wrong, size_bytes=info.file_size, is_directory=info.is_dir())


def _entry_of_tar(member: tarfile.TarInfo) -> Entry:
    wrong: Piece | None = DEVICE
    if member.issym():
        wrong = SYMBOLIC_LINK
    elif member.islnk():
        wrong = Piece("is a hard link")
    elif member.issparse():
        wrong = Piece("is a file with holes")
    elif member.isfile() or member.isdir():
        wrong = None
    return Entry(name=member.name, wrong=wrong, size_bytes=member.size, is_directory=member.isdir())


def _is_clutter(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[:1] == CLUTTER[:1] or path.name in CLUTTER or path.name.startswith("._")


def _write(file: IO[bytes], target: Path) -> Iterator[int]:
    """Write the file bit by bit and yield the size of each bit."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("xb") as writer:
        while data := file.read(CHUNK_BYTES):
            writer.write(data)
            yield len(data)
