"""Packed files of a stranger's, opened within bounds: gzip, and zip archives of one file."""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from worker.batch.errors import FileRefused
from worker.contract.words import Words
from worker.tables.wording import listed

DIRECTORY_BYTES_MAX: Final = 4 << 20
"""The directory of an archive is read into memory, entry by entry; a workbook's is some kilobytes."""

CLUTTER: Final = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What the file managers of some systems add to an archive."""

METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others take memory as the archive says (LZMA), or are not in the standard library."""

ENCRYPTED: Final = 0x1

DAMAGED: Final = Words("The archive is damaged or cut off.")
PACK_AGAIN: Final = Words("Pack the file again and send the new archive.")
PACK_ALONE: Final = Words("Send the file itself, or pack it alone as .zip or .gz.")


class _Careful(io.BufferedReader):
    """A file of which zipfile cannot be made to read too much at once."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > DIRECTORY_BYTES_MAX:
            raise zipfile.BadZipFile("The directory of the archive is too large.")
        return super().read(size)


@contextmanager
def readable() -> Iterator[None]:
    """Raise `FileRefused` for what the readers of damaged archives raise; an error of the disk stays what it is."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        gzip.BadGzipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,
        OverflowError,
        ValueError,
    ) as error:
        raise FileRefused(DAMAGED, PACK_AGAIN) from error


@contextmanager
def opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    """Give the archive. Raise `FileRefused` for one that is damaged, also while it is read."""
    with _Careful(io.FileIO(path)) as file, readable(), zipfile.ZipFile(file) as archive:
        yield archive


def names_in_zip(archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the names in the archive in lower case, as those who write workbooks differ in it."""
    return frozenset(name.lower() for name in archive.namelist())


def only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Return the one file in the archive. Raise `FileRefused` if there is none, or several, or it cannot be read."""
    members = [info for info in archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)]
    if not members:
        raise FileRefused(Words("The archive holds no file."), PACK_ALONE)
    if len(members) > 1:
        names = listed([info.filename for info in members])
        words = Words("The archive holds {count:,} files: {names}.", {"count": len(members), "names": names})
        raise FileRefused(words, Words("Send each file by itself."))
    (member,) = members
    if member.flag_bits & ENCRYPTED:
        raise FileRefused(Words("The archive is encrypted."), Words("Pack the file again without a password."))
    if member.compress_type not in METHODS:
        words = Words("The archive is packed by a method that is not read.")
        raise FileRefused(words, Words("Pack the file again as a plain .zip or .gz."))
    return member


def _is_clutter(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return any(part in CLUTTER for part in parts)
