"""Where the records of CSV end, and their cells: line ends within quotes belong to a cell.

Quotes are counted where each stands at the border of a cell, which is quick; where one does not (`5" pipe`), the reader
of the standard library decides, record by record, and means the same thing as it does when the rows are read.
"""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

QUOTE: Final = ord('"')
NEWLINE: Final = ord("\n")
RETURN: Final = ord("\r")
CELL_CHARACTERS_MAX: Final = 1 << 30
BLOCK_BYTES: Final = 1 << 18
LONE_RETURN: Final = "\0"
"""What stands for a carriage return that ends no line while the standard library reads, which takes it for one that
does, and refuses it. A text that is read has no zero bytes."""

csv.field_size_limit(CELL_CHARACTERS_MAX)  # how long a record may be is bounded before it is read

Ends = npt.NDArray[np.int64]


def record_ends(data: bytes, separator: str) -> Ends:
    """Return the positions after each whole record of `data`, which begins with one. The rest is not whole."""
    if b'"' not in data:
        return np.flatnonzero(np.frombuffer(data, np.uint8) == NEWLINE) + 1
    if is_well_quoted(data, separator):
        return _ends_by_parity(data)
    return np.array(list(_ends_by_reader(data, separator))[:-1], np.int64)


def is_well_quoted(data: bytes, separator: str) -> bool:
    """Return whether every other quote opens a cell, and those between close it or are doubled."""
    if b'"' not in data:
        return True
    marks = np.frombuffer(b"\n" + data + b"\n", np.uint8)
    at = np.flatnonzero(marks == QUOTE)
    before, after = marks[at[0::2] - 1], marks[at[1::2] + 1]
    opens = (before == ord(separator)) | (before == NEWLINE) | (before == QUOTE)
    closes = (after == ord(separator)) | (after == NEWLINE) | (after == RETURN) | (after == QUOTE)
    return bool(np.all(opens) and np.all(closes))


def outside_quotes(data: bytes, mark: int) -> npt.NDArray[np.intp]:
    """Return where a character stands in no quoted cell, in data that is well quoted."""
    marks = np.frombuffer(data, np.uint8)
    found = np.flatnonzero(marks == mark)
    outside: npt.NDArray[np.intp] = found[np.searchsorted(np.flatnonzero(marks == QUOTE), found) % 2 == 0]
    return outside


def all_ends(data: bytes, separator: str) -> Ends:
    """Return where the records end of data that ends with one, though that may lack its line end."""
    ends = record_ends(data, separator)
    return np.append(ends, len(data)) if len(data) > (ends[-1] if len(ends) else 0) else ends


def are_blank(data: bytes, ends: Ends) -> npt.NDArray[np.bool_]:
    """Return which of the records that end there are empty lines."""
    marks = np.frombuffer(data, np.uint8)
    filled = np.searchsorted(np.flatnonzero((marks != NEWLINE) & (marks != RETURN)), [0, *ends])
    blank: npt.NDArray[np.bool_] = filled[:-1] == filled[1:]
    return blank


def may_have_blanks(data: bytes) -> bool:
    """Return whether it is worth while to look for empty lines."""
    return data[:1] in {b"\n", b"\r"} or feeds(data)[1]


def feeds(data: bytes) -> tuple[int, bool]:
    """Return how many line feeds there are, and whether a line end follows one of them at once.

    In blocks that the processor's cache holds, this takes a quarter of the time of counting and finding bytes.
    """
    marks = np.frombuffer(data, np.uint8)
    count, doubled = 0, b"\r" in data and b"\n\r" in data
    for start in range(0, len(marks), BLOCK_BYTES):
        are_feeds = marks[start : start + BLOCK_BYTES + 1] == NEWLINE  # one more: two may meet where blocks do
        doubled = doubled or bool(np.any(are_feeds[1:] & are_feeds[:-1]))
        count += int(np.count_nonzero(are_feeds[:BLOCK_BYTES]))
    return count, doubled


def parse_records(records: Sequence[bytes], separator: str) -> list[list[str]]:
    """Return the cells of each record; an empty one has one empty cell."""
    lines = [record.decode("utf-8", "replace") for record in records]
    if not any("\r" in line for line in lines):
        return [cells or [""] for cells in csv.reader(lines, delimiter=separator)]
    # A carriage return within a row is a character as any other; the standard library refuses it.
    lines = [line.replace("\r", LONE_RETURN) for line in lines]
    rows = csv.reader(lines, delimiter=separator)
    return [[cell.replace(LONE_RETURN, "\r") for cell in cells] or [""] for cells in rows]


def write_records(rows: Iterable[Sequence[str]], separator: str) -> list[bytes]:
    """Return rows as records, quoted where need be."""
    written = _Lines()
    csv.writer(written, delimiter=separator).writerows(rows)  # its line end, \r\n, tells it what to quote
    return [line.removesuffix("\r\n").encode() for line in written]


def _ends_by_parity(data: bytes) -> Ends:
    ends: Ends = outside_quotes(data, NEWLINE) + 1
    return ends


def _ends_by_reader(data: bytes, separator: str) -> Iterator[int]:
    """Yield where the records of all whole lines end, and once more: a record that is not whole swallows the last."""
    lines = io.BytesIO(data[: data.rfind(b"\n") + 1].replace(b"\r", LONE_RETURN.encode()))
    text = (line.decode("latin-1") for line in lines)  # which is quick, and separators are ASCII
    for _ in csv.reader(itertools.chain(text, ("the end",)), delimiter=separator):
        yield lines.tell()


class _Lines(list[str]):
    """A file of lines."""

    def write(self, line: str, /) -> None:
        self.append(line)
