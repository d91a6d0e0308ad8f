"""CSV that came as CSV: each row as it was written, with the answers after it, in the file's own encoding."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

import polars as pl

from worker.batch.blocks import Block
from worker.batch.formats.csv import CsvBlock
from worker.batch.formats.csv_records import parse_records, record_ends, write_records
from worker.batch.text import UTF_8_BOTH, WINDOWS
from worker.batch.writing.formulas import MARK, defused, defused_cell, runs
from worker.batch.writing.joining import join_files
from worker.contract.batch import Understanding

MARKS: Final = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
"""The byte order marks, which the text that is read has not."""


class CsvLinesWriter:
    """Writes the rows of a `CsvBlock`. `header` is what stands before the rows in the file, from `start` the names."""

    def __init__(
        self, header: bytes, understanding: Understanding, names: Sequence[str], *, start: int = 0, encoding: str = ""
    ) -> None:
        self._header = header
        self._start = start
        self._understanding = understanding
        self._names = tuple(names)
        self._encoding = encoding or understanding.encoding
        self._separator = understanding.separator
        self._line_end = "\r\n" if header.endswith(b"\r\n") else "\n"
        """As the header ends, so does each row: a line break in a row may be another."""

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the rows with what was answered to each."""
        assert isinstance(block, CsvBlock), "The lines of another format are not there"
        frame = self._untouched(block, answers)
        if frame is None:
            path.write_bytes(self._encoded(self.lines(block, answers)))
        elif self._is_utf8:
            self._written(frame, path)
        else:
            self._written(frame, whole := BytesIO())
            path.write_bytes(self._encoded(whole.getvalue()))

    def _untouched(self, block: CsvBlock, answers: pl.DataFrame) -> pl.DataFrame | None:
        """Return the rows as lines, and the answers; None unless each row is one line and is written as it stands.

        That is how nearly all files are, and takes half the time of joining row by row.
        """
        commas = self._understanding.decimal == self._separator  # numbers would need quotes
        if commas or block.lengths or self._running(block) or (lines := block.lines_of_text) is None:
            return None
        added = [_quoted(defused(column), self._separator) for column in answers]
        return pl.DataFrame([lines.alias("line"), *(column.alias(str(at)) for at, column in enumerate(added))])

    def _written(self, frame: pl.DataFrame, target: Path | BytesIO) -> None:
        frame.write_csv(
            target,
            include_header=False,
            separator=self._separator,
            decimal_comma=self._understanding.decimal == ",",
            line_terminator=self._line_end,
            quote_style="never",  # a line is no cell
        )

    def lines(self, block: CsvBlock, answers: pl.DataFrame) -> bytes:
        """Return the rows with what was answered to each, in UTF-8."""
        records, added = self._safe(block), self._added(answers)
        assert block.row_count == len(records) == len(added), "Each row has its answers"
        pieces = [b""] * (2 * len(records))
        pieces[::2], pieces[1::2] = records, added
        return b"".join(pieces)

    def assemble(self, parts: Sequence[Path], target: Path) -> None:
        """Write the header and all parts, in order."""
        join_files(self.head(), parts, target)

    def head(self) -> bytes:
        """Return the header with the names of what was added, in the file's encoding, with its mark."""
        above, names = self._header[: self._start], self._header[self._start :].rstrip(b"\r\n")
        whole = above + self._without_formulas(names) + self._separator.encode()
        whole += _row(map(defused_cell, self._names), self._separator) + self._line_end.encode()
        return MARKS.get(self._encoding, b"") + self._encoded(whole)

    @property
    def _is_utf8(self) -> bool:
        return self._encoding in UTF_8_BOTH or not self._encoding

    def _encoded(self, lines: bytes) -> bytes:
        if self._is_utf8:
            return lines
        if self._encoding != WINDOWS:
            return lines.decode().encode(self._encoding, "replace")
        # Its encoder is slow, and most lines need none.
        split = lines.splitlines(keepends=True)
        return b"".join([line if line.isascii() else _in_windows(line) for line in split])

    def _safe(self, block: CsvBlock) -> list[bytes]:
        """Return the rows so that no cell runs; a row that is too short has the cells that it lacks."""
        running = self._running(block)
        if not running and not block.lengths:
            return block.records
        records = list(block.records)
        separator, width = self._separator.encode(), len(self._understanding.columns)
        for row, positions in running.items():
            cells = records[row].split(separator)
            if len(cells) == width and b'"' not in records[row]:
                for position in positions:
                    cells[position] = MARK.encode() + cells[position]
                records[row] = separator.join(cells)
            else:
                records[row] = self._without_formulas(records[row])
        for row, length in block.lengths.items():
            records[row] = self._without_formulas(records[row]) + separator * max(0, width - length)
        return records

    def _running(self, block: CsvBlock) -> dict[int, list[int]]:
        """Return the positions of the cells that would run, by their rows."""
        found: dict[int, list[int]] = {}
        for position in range(len(self._understanding.columns)):
            numbers = block.numbers(position)
            if numbers is None or numbers.null_count():
                for row in runs(block.text(position)).arg_true().to_list():
                    found.setdefault(row, []).append(position)
        return found

    def _without_formulas(self, record: bytes) -> bytes:
        """Return a record whose cells do not run, as it was but for those that would."""
        if b'"' not in record:
            cells = record.decode().split(self._separator)
            return self._separator.join(map(defused_cell, cells)).encode()
        cells = parse_records([record], self._separator)[0]
        safe = list(map(defused_cell, cells))
        return record if safe == cells else _row(safe, self._separator)

    def _added(self, answers: pl.DataFrame) -> list[bytes]:
        """Return what stands behind each row, with the separator before it and the line end after it."""
        columns = [pl.Series("", [None], dtype=pl.String).new_from_index(0, answers.height)]
        columns += [defused(column) for column in answers]
        text = pl.DataFrame({str(at): column for at, column in enumerate(columns)}).write_csv(
            include_header=False,
            separator=self._separator,
            decimal_comma=self._understanding.decimal == ",",
            line_terminator=self._line_end,
        )
        written = text.encode()
        if b'"' not in written:
            return written.splitlines(keepends=True)
        ends = record_ends(written, self._separator).tolist()
        return [written[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def encodable(text: str, encoding: str) -> str:
    """Return a text without the narrow space of French sentences where the encoding has but the wide one."""
    return text.replace("\u202f", "\u00a0") if encoding == WINDOWS else text


def _quoted(column: pl.Series, separator: str) -> pl.Series:
    """Return a column whose texts are quoted where need be; an empty one is, as none at all is not."""
    if column.dtype != pl.String or not _are_special(column.unique(), separator).any():
        return column
    special = _are_special(column, separator)
    return ('"' + column.str.replace_all('"', '""', literal=True) + '"').zip_with(special, column)


def _are_special(texts: pl.Series, separator: str) -> pl.Series:
    return texts.str.contains(f'[\\r\\n"{separator}]|^$').fill_null(value=False)


def _in_windows(line: bytes) -> bytes:
    return encodable(line.decode(), WINDOWS).encode(WINDOWS, "replace")


def _row(cells: Iterable[str], separator: str) -> bytes:
    return write_records([list(cells)], separator)[0]
