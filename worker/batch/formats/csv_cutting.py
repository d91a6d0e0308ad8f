"""Cuts a CSV file into chunks of whole records in one pass, without a copy."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import numpy as np

from worker.batch.errors import FileRefused
from worker.batch.formats.csv_records import all_ends, are_blank, feeds, record_ends
from worker.batch.looking import QUOTES
from worker.contract.batch import Chunk
from worker.contract.words import Words

RECORD_BYTES_MAX: Final = 16 << 20
"""A longer record is no row of a table, but a quotation mark that nobody closed or a file that is none."""

BACKWARDS_BYTES: Final = 1 << 16


class _Piece(NamedTuple):
    size: int
    rows: int
    blanks: int = 0


def content_end(path: Path, start: int, separator: str) -> int:
    """Return where the last row ends: spreadsheets leave empty lines, and rows of nothing but separators, below it."""
    nothing = separator.encode() + b"\r\n"
    with path.open("rb") as file:
        size = end = file.seek(0, os.SEEK_END)
        while end > start:
            begin = max(start, end - BACKWARDS_BYTES)
            file.seek(begin)
            filled = len(file.read(end - begin).rstrip(nothing))
            if filled:
                file.seek(begin + filled)
                return min(size, begin + filled + len(file.readline()))
            end = begin
    return start


def cut(path: Path, start: int, separator: str, chunk_bytes: int, *, blanks_are_rows: bool) -> Iterator[Chunk]:
    """Yield the chunks of what follows the header, each of about `chunk_bytes`. Raise FileRefused."""
    number, at, rows, skipped = 0, start, 0, 0
    with path.open("rb") as file:
        for piece in _pieces(file, start, content_end(path, start, separator), separator, chunk_bytes):
            kept = piece.rows if blanks_are_rows else piece.rows - piece.blanks
            stop = at + piece.size
            if kept:
                yield Chunk(number=number, start=at, stop=stop, rows=kept, first_row=rows, skipped=skipped)
                number += 1
            at, rows, skipped = stop, rows + kept, skipped + piece.rows - kept


def _pieces(file: BinaryIO, start: int, end: int, separator: str, chunk_bytes: int) -> Iterator[_Piece]:
    """Yield the size and the records of each piece of what lies between `start` and `end`."""
    at, length = start, chunk_bytes
    while at < end:
        file.seek(at)
        data = file.read(min(end - at, length))
        is_last = at + len(data) >= end
        size = _whole_size(data, separator)
        rest = len(data) - size
        if rest > RECORD_BYTES_MAX:
            raise _too_long()
        if is_last and rest:
            _check_closed(file, at + size, data[size:], separator)
            size = len(data)
        if size:
            yield _piece(data[:size] if size < len(data) else data, separator)
        at += size
        # A long record is not looked through again for each few bytes of it.
        length = chunk_bytes if size else 2 * length


def _whole_size(data: bytes, separator: str) -> int:
    """Return how many bytes the records take that end in the data."""
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    ends = record_ends(data, separator)
    return int(ends[-1]) if len(ends) else 0


def _piece(data: bytes, separator: str) -> _Piece:
    count, doubled = feeds(data)
    has_blanks = doubled or data[:1] in {b"\n", b"\r"}
    if b'"' not in data and not has_blanks:
        return _Piece(len(data), count + (not data.endswith(b"\n")))
    ends = all_ends(data, separator)
    return _Piece(len(data), len(ends), int(np.count_nonzero(are_blank(data, ends))) if has_blanks else 0)


def _check_closed(file: BinaryIO, begin: int, record: bytes, separator: str) -> None:
    """Raise FileRefused for a last record that a quote leaves open: it has swallowed the rows after it."""
    if len(record) > RECORD_BYTES_MAX:
        raise _too_long()
    if not len(record_ends(record + b"\n", separator)):
        file.seek(0)
        words = Words("The row in line {line:,} opens a quote that is never closed.", {"line": _lines(file, begin) + 1})
        raise FileRefused(words, QUOTES)


def _lines(file: BinaryIO, stop: int) -> int:
    """Return how many lines end before a place in the file."""
    count = 0
    while stop > 0 and (data := file.read(min(stop, BACKWARDS_BYTES))):
        count += data.count(b"\n")
        stop -= len(data)
    return count


def _too_long() -> FileRefused:
    words = Words("A row of the file is longer than {most:,.0f} MB.", {"most": RECORD_BYTES_MAX / 1e6})
    return FileRefused(words, Words("Look for a quotation mark that is opened and never closed."))
