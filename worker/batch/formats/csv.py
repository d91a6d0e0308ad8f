"""CSV as a source: chunks are ranges of the file's bytes, and each row is kept as it is written.

Where all is plain (no quotes, each row as long as the header) polars reads the columns; else the reader of the standard
library does, whose rows may be of any length.
"""

import csv
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from worker.batch.formats.csv_cutting import cut
from worker.batch.formats.csv_records import record_ends
from worker.contract.batch import Chunk, Understanding

SAMPLE_BYTES: Final = 1 << 20
CHUNK_BYTES_MIN: Final = 4 << 10
MORE: Final = 1.05
"""Rows are longer here and shorter there: a little more in each chunk, so that no tiny one is left at the end."""


class CsvSource:
    """A file of UTF-8 text at `path`; the rows begin at the byte `start`. `numbers`: positions of numeric features."""

    def __init__(self, path: Path, understanding: Understanding, start: int, numbers: Collection[int] = ()) -> None:
        self._path = path
        self._start = start
        self._numbers = frozenset(numbers)
        self.understanding = understanding

    def rows_about(self) -> int:
        """Return about how many rows the file has."""
        return int((self._path.stat().st_size - self._start) / self._row_bytes) + 1

    def sample(self, rows: int) -> "CsvBlock":
        """Return so many of the first rows."""
        head = self._head
        ends = record_ends(head, self.understanding.separator)[:rows]
        if len(ends) < rows and len(head) < SAMPLE_BYTES and (not len(ends) or ends[-1] < len(head)):
            ends = np.append(ends, len(head))  # the last row of a file may end without a line end
        stop = int(ends[-1]) if len(ends) else 0
        return CsvBlock(head[:stop], len(ends), self.understanding, self._numbers)

    def cut(self, rows_of_chunk: int) -> list[Chunk]:
        """Return the chunks of the whole file. Raise FileRefused."""
        chunk_bytes = max(CHUNK_BYTES_MIN, int(rows_of_chunk * self._row_bytes * MORE))
        return cut(self._path, self._start, self.understanding.separator, chunk_bytes)

    @cached_property
    def _head(self) -> bytes:
        with self._path.open("rb") as file:
            file.seek(self._start)
            return file.read(SAMPLE_BYTES)

    @cached_property
    def _row_bytes(self) -> float:
        """The bytes of a row, on average at the beginning."""
        ends = record_ends(self._head, self.understanding.separator)
        return float(ends[-1] / len(ends)) if len(ends) else float(max(1, len(self._head)))

    def read(self, chunk: Chunk) -> "CsvBlock":
        """Return the rows of a chunk."""
        with self._path.open("rb") as file:
            file.seek(chunk.start)
            return CsvBlock(file.read(chunk.stop - chunk.start), chunk.rows, self.understanding, self._numbers)

    def header(self) -> bytes:
        """Return what stands before the rows."""
        with self._path.open("rb") as file:
            return file.read(self._start)


class CsvBlock:
    """Rows of a CSV file."""

    def __init__(
        self, data: bytes, row_count: int, understanding: Understanding, numbers: Collection[int] = frozenset()
    ) -> None:
        self._data = data
        self._numbers = numbers
        self.understanding = understanding
        self.row_count = row_count

    @cached_property
    def records(self) -> list[bytes]:
        """The rows as they are written, without their line ends."""
        if b'"' not in self._data:
            found = self._data.split(b"\n")
            found = found if found[-1] else found[:-1]
            return [each.removesuffix(b"\r") for each in found] if b"\r" in self._data else found
        ends = record_ends(self._data, self.understanding.separator).tolist()
        if not ends or ends[-1] < len(self._data):
            ends.append(len(self._data))
        starts = [0, *ends[:-1]]
        return [
            self._data[start:end].removesuffix(b"\n").removesuffix(b"\r")
            for start, end in zip(starts, ends, strict=True)
        ]

    @property
    def line_end(self) -> bytes:
        """What ends the rows."""
        first = self._data.find(b"\n")
        return b"\r\n" if first > 0 and self._data[first - 1] == ord("\r") else b"\n"

    @property
    def lengths(self) -> Mapping[int, int]:
        """The number of cells of each row that has not as many as the header."""
        return self._careful[1] if self._quick is None else {}

    def column(self, position: int) -> "CsvCells":
        """Return the column at this position in the file."""
        return CsvCells(self, position)

    def table(self) -> pl.DataFrame:
        """Return all columns as text, null for an empty cell."""
        names = [column.name for column in self.understanding.columns]
        text = [self.text(at) for at in range(len(names))]
        return pl.DataFrame([cells.replace("", None).alias(name) for cells, name in zip(text, names, strict=True)])

    def cells(self, row: int) -> list[str]:
        """Return the cells of a row, as many as it has."""
        return _parse([self.records[row]], self.understanding.separator)[0]

    def numbers(self, position: int) -> pl.Series | None:
        """Return a column of a numeric feature, null where a cell is empty or no number; None where it is only text."""
        if self._quick is None or position not in self._numbers or self._has_points_in_commas:
            return None
        return self._quick.to_series(position)

    def text(self, position: int) -> pl.Series:
        """Return a column as it is written."""
        if self._quick is None:
            return pl.Series(self._careful[0][position], dtype=pl.String)
        if position in self._numbers:
            return self._written[f"c{position}"].fill_null("")
        return self._quick.to_series(position).fill_null("")

    @property
    def _has_points_in_commas(self) -> bool:
        """Whether polars would take `1.5` for a number in a file of decimal commas, which people would not."""
        return self.understanding.decimal == "," and b"." in self._data

    @cached_property
    def _quick(self) -> pl.DataFrame | None:
        """All columns, the numeric ones as numbers; None unless every row is known to be as long as the header.

        Polars refuses a row that is longer. So when there are as many separators as there should be, none is shorter.
        """
        data, width = self._data, len(self.understanding.columns)
        empty_lines = width == 1 and (b"\n\n" in data or b"\n\r" in data or data[:1] in b"\r\n")
        lone_returns = b"\r" in data and data.count(b"\r") != data.count(b"\r\n")
        separators = self.row_count * (width - 1)
        if b'"' in data or empty_lines or lone_returns or data.count(self._separator) != separators:
            return None
        try:
            frame = self._read(self._numbers)
        except pl.exceptions.ComputeError:
            return None
        return frame if frame.height == self.row_count else None

    @cached_property
    def _written(self) -> pl.DataFrame:
        """The numeric columns as they are written: read together when the first of them is asked for."""
        return self._read((), sorted(self._numbers))

    @cached_property
    def _careful(self) -> tuple[list[list[str]], dict[int, int]]:
        """The columns and the odd lengths as the careful reader finds them."""
        width = len(self.understanding.columns)
        rows = _parse(self.records, self.understanding.separator)
        lengths = {row: len(cells) for row, cells in enumerate(rows) if len(cells) != width}
        for row in lengths:
            rows[row] = (rows[row] + [""] * width)[:width]
        return [list(column) for column in zip(*rows, strict=True)], lengths

    @property
    def _separator(self) -> bytes:
        return self.understanding.separator.encode()

    def _read(self, numbers: Collection[int], positions: Sequence[int] | None = None) -> pl.DataFrame:
        columns = range(len(self.understanding.columns))
        return pl.read_csv(
            self._data,
            has_header=False,
            separator=self.understanding.separator,
            quote_char=None,
            decimal_comma=self.understanding.decimal == ",",
            schema={f"c{at}": pl.Float64 if at in numbers else pl.String for at in columns},
            columns=positions,
            ignore_errors=True,
        )


class CsvCells:
    """One column."""

    def __init__(self, block: CsvBlock, position: int) -> None:
        self._block = block
        self._position = position

    @property
    def numbers(self) -> pl.Series | None:
        """The numbers, where they were read."""
        return self._block.numbers(self._position)

    @property
    def exact(self) -> bool:
        """False: numbers are read from text."""
        return False

    def text(self) -> pl.Series:
        """Return the cells as they are written, without quotes."""
        return self._block.text(self._position)


def _parse(records: Sequence[bytes], separator: str) -> list[list[str]]:
    """Return the cells of each record; an empty one has one empty cell."""
    lines = [record.decode("utf-8", "replace") for record in records]
    parsed = list(csv.reader(lines, delimiter=separator))
    if len(parsed) == len(records):
        return [cells or [""] for cells in parsed]
    # A quotation mark that is never closed swallows what follows, in the last record of a file.
    return [next(iter(csv.reader([line], delimiter=separator)), []) or [""] for line in lines]
