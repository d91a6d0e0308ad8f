"""Reads a few columns of the blocks of a segment, and skips the bytes of all others.

Checksums are over whole blocks, so they are not looked at: what is found here may be counted, and no more.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from worker.journal import block
from worker.journal.block import FRAME, HEADER, BlockDamaged, BlockHeader, Column


class Skimmed:
    """A block of which nothing but the header is read yet. It can be read until the next one is asked for."""

    def __init__(self, file: BinaryIO, header: BlockHeader, at: int) -> None:
        self.header = header
        self._file = file
        self._places = {}
        for meta in header.columns:
            self._places[meta.name] = (meta, at)
            at += meta.size_bytes

    def __contains__(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name in self._places

    def column(self, name: str) -> Column:
        """Return a column. Raise BlockDamaged."""
        meta, at = self._places[name]
        self._file.seek(at)
        return block.decode_column(meta, self._file.read(meta.size_bytes), self.header.rows)


def skim(path: Path) -> Iterator[Skimmed]:
    """Yield the whole blocks of a segment up to one that is damaged; of a segment that went meanwhile, none."""
    try:
        with path.open("rb") as file:
            size_bytes = path.stat().st_size
            at = 0
            while at + FRAME.size < size_bytes:
                file.seek(at)
                found = _header(file)
                at = found[1] if found else size_bytes
                if found is None or at > size_bytes:
                    return
                yield Skimmed(file, found[0], file.tell())
    except (FileNotFoundError, BlockDamaged):
        return


def _header(file: BinaryIO) -> tuple[BlockHeader, int] | None:
    """Return the header of the block that begins here, and where the next one does; None where there is none."""
    begins = file.tell()
    try:
        size, _checksum = FRAME.unpack(file.read(FRAME.size))
        start = file.read(HEADER.size)
        header, _ = block.read_header(memoryview(start + file.read(*HEADER.unpack(start))))
    except (struct.error, msgspec.DecodeError):
        return None
    return header, begins + FRAME.size + size
