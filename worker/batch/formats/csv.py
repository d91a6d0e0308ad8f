"""CSV as a source: chunks are ranges of the file's bytes, and each row is kept as it is written.

Polars reads the columns. It wants plain rows, with quotes at the borders of cells and as many cells as the header: what
is none is first read by the standard library, and written anew. An empty line is a row of an only column, and no row
where there are several.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.batch.formats.csv_cutting import content_end, cut
from worker.batch.formats.csv_records import (
    all_ends,
    are_blank,
    is_well_quoted,
    may_have_blanks,
    outside_quotes,
    parse_records,
    record_ends,
    write_records,
)
from worker.contract.batch import Chunk, Understanding

SAMPLE_BYTES: Final = 1 << 20
CHUNK_BYTES_MIN: Final = 4 << 10


class CsvSource:
    """A file of UTF-8 text at `path`; the rows begin at the byte `start`. `numbers`: positions of numeric features."""

    def __init__(self, path: Path, understanding: Understanding, start: int, numbers: Collection[int] = ()) -> None:
        self._path = path
        self._start = start
        self._numbers = frozenset(numbers)
        self.understanding = understanding

    def rows_about(self) -> int:
        """Return about how many rows the file has."""
        return int((self._stop - self._start) / self._row_bytes) + 1

    def sample(self, rows: int) -> "CsvBlock":
        """Return so many of the first rows."""
        head = self._head
        if self._start + len(head) < self._stop:  # the last record may go on
            ends = record_ends(head, self.understanding.separator)
            head = head[: ends[-1] if len(ends) else 0]
        ends = all_ends(head, self.understanding.separator)
        stops = (ends if self._is_only else ends[~are_blank(head, ends)])[:rows]
        return self._block(head[: stops[-1]], len(stops)) if len(stops) else self._block(b"", 0)

    def cut(self, rows_of_chunk: int) -> Iterator[Chunk]:
        """Yield the chunks of the whole file. Raise FileRefused."""
        chunks = max(1, round(self.rows_about() / rows_of_chunk))
        # Each ends with the row before: a row more, so that no tiny chunk is left at the end.
        chunk_bytes = max(CHUNK_BYTES_MIN, int((self._stop - self._start) / chunks + self._row_bytes) + 1)
        separator = self.understanding.separator
        return cut(self._path, self._start, separator, chunk_bytes, blanks_are_rows=self._is_only)

    def read(self, chunk: Chunk) -> "CsvBlock":
        """Return the rows of a chunk."""
        with self._path.open("rb") as file:
            file.seek(chunk.start)
            return self._block(file.read(chunk.stop - chunk.start), chunk.rows)

    def header(self) -> bytes:
        """Return what stands before the rows."""
        with self._path.open("rb") as file:
            return file.read(self._start)

    def _block(self, data: bytes, row_count: int) -> "CsvBlock":
        if self._is_only or not may_have_blanks(data):
            return CsvBlock(data, row_count, self.understanding, self._numbers)
        ends = all_ends(data, self.understanding.separator)
        blank = are_blank(data, ends)
        starts = np.concatenate(([0], ends[:-1]))
        spans = zip(starts[~blank].tolist(), ends[~blank].tolist(), strict=True)
        filled = b"".join([data[start:end] for start, end in spans])
        return CsvBlock(filled, row_count, self.understanding, self._numbers, np.cumsum(blank)[~blank])

    @property
    def _is_only(self) -> bool:
        """Whether there is but one column."""
        return len(self.understanding.columns) == 1

    @cached_property
    def _stop(self) -> int:
        return content_end(self._path, self._start, self.understanding.separator)

    @cached_property
    def _head(self) -> bytes:
        with self._path.open("rb") as file:
            file.seek(self._start)
            return file.read(min(SAMPLE_BYTES, self._stop - self._start))

    @cached_property
    def _row_bytes(self) -> float:
        """The bytes of a row, on average at the beginning."""
        ends = record_ends(self._head, self.understanding.separator)
        return float(ends[-1] / len(ends)) if len(ends) else float(max(1, len(self._head)))


class CsvBlock:
    """Rows of a CSV file. `skipped`: how many empty lines there are before each."""

    def __init__(
        self,
        data: bytes,
        row_count: int,
        understanding: Understanding,
        numbers: Collection[int] = frozenset(),
        skipped: npt.NDArray[Any] | None = None,
    ) -> None:
        self._data = data
        self._numbers = numbers
        self._skipped = skipped
        self.understanding = understanding
        self.row_count = row_count

    def lines(self, first: int) -> Sequence[int]:
        """Return the line of each row where the first is `first`."""
        rows = range(first, first + self.row_count)
        return rows if self._skipped is None else (np.array(rows) + self._skipped).tolist()

    def only(self, rows: Sequence[bool]) -> "CsvBlock":
        """Return some of the rows."""
        data = b"".join([record + b"\n" for record in compress(self.records, rows)])
        return CsvBlock(data, sum(rows), self.understanding, self._numbers)

    @cached_property
    def records(self) -> list[bytes]:
        """The rows as they are written, without their line ends."""
        data = self._data
        if b'"' in data:
            ends = all_ends(data, self.understanding.separator).tolist()
            spans = zip([0, *ends[:-1]], ends, strict=True)
            return [data[start:end].removesuffix(b"\n").rstrip(b"\r") for start, end in spans]
        found = data.split(b"\n")
        found = found if found[-1] else found[:-1]
        return [each.rstrip(b"\r") for each in found] if b"\r" in data else found

    @cached_property
    def lines_of_text(self) -> pl.Series | None:
        """The rows as they are written, without their line ends; None where one takes several lines."""
        if not self._data:
            return None
        lines = pl.read_csv(
            self._data,
            has_header=False,
            separator="\0",  # which no text has
            quote_char=None,
            schema={"line": pl.String},
        ).to_series()
        if len(lines) != self.row_count:
            return None
        return lines.str.strip_chars_end("\r") if b"\r" in self._data else lines

    @property
    def lengths(self) -> Mapping[int, int]:
        """The number of cells of each row that has not as many as the header."""
        return self._plain[1]

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
        lines = self.lines_of_text  # which is quick, and mostly there
        record = self.records[row] if lines is None else (lines[row] or "").encode()
        return parse_records([record], self.understanding.separator)[0]

    def numbers(self, position: int) -> pl.Series | None:
        """Return a column of a numeric feature, null where a cell is empty or no number; None where it is only text."""
        if position not in self._numbers or self._has_points_in_commas:
            return None
        return self._frame.to_series(position)

    def text(self, position: int) -> pl.Series:
        """Return a column as it is written."""
        column = self._written[f"c{position}"] if position in self._numbers else self._frame.to_series(position)
        return column.fill_null("")

    @cached_property
    def _has_points_in_commas(self) -> bool:
        """Whether polars would take `1.5` for a number in a file of decimal commas, which people would not."""
        return self.understanding.decimal == "," and b"." in self._data

    @cached_property
    def _frame(self) -> pl.DataFrame:
        """All columns, the numeric ones as numbers."""
        frame = self._untidy if self._untidy is not None else self._read(self._plain[0], self._numbers)
        assert frame.height == self.row_count, "Plain rows are read one by one"
        return frame

    @cached_property
    def _written(self) -> pl.DataFrame:
        """The numeric columns as they are written: read together when the first of them is asked for."""
        return self._read(self._plain[0], (), sorted(self._numbers))

    @cached_property
    def _untidy(self) -> pl.DataFrame | None:
        """All columns as polars reads them without more ado; None unless every row is known to be plain."""
        data = self._data
        empty_lines = len(self.understanding.columns) == 1 and may_have_blanks(data)
        lone_returns = b"\r" in data and data.count(b"\r") != data.count(b"\r\n")
        if not data or empty_lines or lone_returns or not is_well_quoted(data, self.understanding.separator):
            return None
        try:
            frame = self._read(data, self._numbers)
        except pl.exceptions.PolarsError:
            return None
        return frame if frame.height == self.row_count and self._has_no_short_row(frame) else None

    def _has_no_short_row(self, frame: pl.DataFrame) -> bool:
        """Return whether all cells are there. Polars refuses a row that is longer, and has null for what lacks."""
        if not frame.to_series(-1).null_count():
            return True
        separator = self.understanding.separator.encode()
        quoted = b'"' in self._data
        count = len(outside_quotes(self._data, ord(separator))) if quoted else self._data.count(separator)
        return count == self.row_count * (frame.width - 1)

    @cached_property
    def _plain(self) -> tuple[bytes, dict[int, int]]:
        """The rows, each plain, and how many cells those had that were too long or too short."""
        if self._untidy is not None:
            return self._data, {}
        width, separator = len(self.understanding.columns), self.understanding.separator.encode()
        odd = [
            row
            for row, record in enumerate(self.records)
            if not record or b'"' in record or b"\r" in record or record.count(separator) != width - 1
        ]
        cells = parse_records([self.records[row] for row in odd], self.understanding.separator)
        evened = [(each + [""] * width)[:width] for each in cells]
        records = list(self.records)
        for row, record in zip(odd, write_records(evened, self.understanding.separator), strict=True):
            records[row] = record
        lengths = {row: len(each) for row, each in zip(odd, cells, strict=True) if len(each) != width}
        return b"\n".join(records), lengths

    def _read(self, data: bytes, numbers: Collection[int], positions: Sequence[int] | None = None) -> pl.DataFrame:
        columns = range(len(self.understanding.columns))
        if not data:
            return pl.DataFrame(schema={f"c{at}": pl.Float64 if at in numbers else pl.String for at in columns})
        return pl.read_csv(
            data,
            has_header=False,
            separator=self.understanding.separator,
            quote_char='"' if b'"' in data else None,
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
