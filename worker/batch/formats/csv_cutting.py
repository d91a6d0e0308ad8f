"""Cuts a CSV file into chunks of whole records in one pass, without a copy."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from worker.batch.errors import FileRefused
from worker.batch.formats.csv_records import record_ends
from worker.contract.batch import Chunk
from worker.contract.words import Words

RECORD_BYTES_MAX: Final = 16 << 20
"""A longer record is no row of a table, but a quotation mark that nobody closed or a file that is none."""


def cut(path: Path, start: int, separator: str, chunk_bytes: int) -> list[Chunk]:
    """Return the chunks of what follows the header, each of about `chunk_bytes`. Raise FileRefused.

    Empty lines at the end are no rows.
    """
    chunks: list[Chunk] = []
    at = start
    rows = 0
    with path.open("rb") as file:
        file.seek(start)
        for size, found in _pieces(file, separator, chunk_bytes):
            chunks.append(Chunk(number=len(chunks), start=at, stop=at + size, rows=found, first_row=rows))
            at += size
            rows += found
    return [chunk for chunk in chunks if chunk.rows]


def _pieces(file: BinaryIO, separator: str, chunk_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield the size and the number of records of each piece."""
    rest = b""
    while True:
        read = file.read(chunk_bytes)
        data = rest + read
        if len(read) < chunk_bytes:
            yield from _last(data, separator)
            return
        size, rows, rest = _whole_records(data, separator)
        if rows:
            yield size, rows
        elif len(rest) > RECORD_BYTES_MAX:
            raise _too_long()


def _whole_records(data: bytes, separator: str) -> tuple[int, int, bytes]:
    if b'"' not in data:
        size = data.rfind(b"\n") + 1
        return size, data.count(b"\n", 0, size), data[size:]
    ends = record_ends(data, separator)
    size = int(ends[-1]) if len(ends) else 0
    return size, len(ends), data[size:]


def _last(data: bytes, separator: str) -> Iterator[tuple[int, int]]:
    """Yield the last piece; its end may lack a line end, or have empty lines."""
    size = len(data.rstrip(b"\r\n"))
    if not size:
        return
    newline = data.find(b"\n", size)
    size = len(data) if newline < 0 else newline + 1
    whole, rows, rest = _whole_records(data[:size], separator)
    if len(rest) > RECORD_BYTES_MAX:
        raise _too_long()
    yield whole + len(rest), rows + bool(rest)


def _too_long() -> FileRefused:
    words = Words("A row of the file is longer than {most:,.0f} MB.", {"most": RECORD_BYTES_MAX / 1e6})
    return FileRefused(words, Words("Look for a quotation mark that is opened and never closed."))
