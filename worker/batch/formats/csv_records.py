"""Where the records of CSV end: line ends within quotes belong to a cell.

Quotes are counted where each stands at the border of a cell, which is quick; where one does not (`5" pipe`), the reader
of the standard library decides, record by record, and means the same thing as it does when the rows are read.
"""

import csv
import io
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

QUOTE: Final = ord('"')
NEWLINE: Final = ord("\n")
RETURN: Final = ord("\r")
CELL_CHARACTERS_MAX: Final = 1 << 30

csv.field_size_limit(CELL_CHARACTERS_MAX)  # how long a record may be is bounded before it is read

Ends = npt.NDArray[np.int64]


def record_ends(data: bytes, separator: str) -> Ends:
    """Return the positions after each whole record of `data`, which begins with one. The rest is not whole."""
    if b'"' not in data:
        return np.flatnonzero(np.frombuffer(data, np.uint8) == NEWLINE) + 1
    if is_well_quoted(data, separator):
        return _ends_by_parity(data)
    return np.fromiter(_ends_by_reader(data, separator), np.int64)


def is_well_quoted(data: bytes, separator: str) -> bool:
    """Return whether every other quote opens a cell, and those between close it or are doubled."""
    marks = np.frombuffer(b"\n" + data + b"\n", np.uint8)
    at = np.flatnonzero(marks == QUOTE)
    before, after = marks[at[0::2] - 1], marks[at[1::2] + 1]
    opens = (before == ord(separator)) | (before == NEWLINE) | (before == QUOTE)
    closes = (after == ord(separator)) | (after == NEWLINE) | (after == RETURN) | (after == QUOTE)
    return bool(np.all(opens) and np.all(closes))


def _ends_by_parity(data: bytes) -> Ends:
    marks = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(marks == NEWLINE)
    quotes = np.flatnonzero(marks == QUOTE)
    outside = np.searchsorted(quotes, newlines) % 2 == 0
    ends: Ends = newlines[outside] + 1
    return ends


def _ends_by_reader(data: bytes, separator: str) -> Iterator[int]:
    lines = io.BytesIO(data)
    text = (line.decode("utf-8", "surrogateescape") for line in lines)
    for _ in csv.reader(text, delimiter=separator):
        yield lines.tell()
