"""Unpacks the one file in a gzip or zip archive; no path and no size that the archive names is believed."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from worker.batch.errors import FileRefused
from worker.batch.packed import only_member, opened_zip, readable
from worker.batch.recognition import check_not_packed
from worker.contract.batch import Compression
from worker.contract.words import Words
from worker.tables.wording import printable

BLOCK_BYTES: Final = 1 << 20


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpack(path: Path, compression: Compression, target: Path, bytes_max: int) -> str:
    """Write the file in the archive to `target` and return what the archive calls it, "" if it does not.

    Raise `FileRefused` if it is damaged, not one file, an archive again or larger than `bytes_max`; then nothing is
    left at `target`.
    """
    assert compression, "A file that is not packed is not unpacked."
    with _removed_if_refused(target):
        unpacked = _unpack_gzip if compression is Compression.GZIP else _unpack_zip
        name = unpacked(path, target, bytes_max)
        check_not_packed(target)
    return name


def _unpack_gzip(path: Path, target: Path, bytes_max: int) -> str:
    with readable(), gzip.open(path) as file:
        _write(file, target, bytes_max)
    return ""


def _unpack_zip(path: Path, target: Path, bytes_max: int) -> str:
    with opened_zip(path) as archive:
        member = only_member(archive)
        with archive.open(member) as file:
            _write(file, target, bytes_max)
    return printable(PurePosixPath(member.filename.replace("\\", "/")).name)


def _write(file: _Readable, target: Path, bytes_max: int) -> None:
    written = 0
    with target.open("wb") as unpacked:
        while block := file.read(BLOCK_BYTES):
            written += len(block)
            if written > bytes_max:
                words = Words("Unpacked, the file is larger than {most:,.0f} MB.", {"most": bytes_max / 1e6})
                raise FileRefused(words, Words("Send it in several parts."))
            unpacked.write(block)


@contextmanager
def _removed_if_refused(target: Path) -> Iterator[None]:
    try:
        yield
    except FileRefused:
        target.unlink(missing_ok=True)
        raise
