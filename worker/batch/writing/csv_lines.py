"""CSV that came as CSV: each row as it was written, with the answers after it, in the file's own encoding."""

import csv
import io
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from worker.batch.blocks import Block
from worker.batch.formats.csv import CsvBlock
from worker.batch.formats.csv_records import record_ends
from worker.batch.writing.defusing import defused, defused_cells, is_dangerous
from worker.contract.batch import Understanding

MARKS: Final = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
"""The byte order marks, which the text that is read has not."""

NO_BREAK: Final = str.maketrans({"\u202f": "\u00a0"})
"""The narrow space of French sentences, which the encodings of office programs lack."""


class CsvLinesWriter:
    """Writes the rows of a `CsvBlock`. `header` is what stands before the rows in the file, from `start` the names."""

    def __init__(self, header: bytes, understanding: Understanding, names: Sequence[str], *, start: int = 0) -> None:
        self._start = start
        self._understanding = understanding
        self._names = tuple(names)
        self._header = header

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the rows with what was answered to each."""
        assert isinstance(block, CsvBlock), "The lines of another format are not there"
        path.write_bytes(self._encoded(self.lines(block, answers)))

    def lines(self, block: CsvBlock, answers: pl.DataFrame) -> bytes:
        """Return the rows with what was answered to each, in UTF-8."""
        records = self._defused(block)
        end = block.line_end
        added = _added(answers, self._understanding)
        if not records:
            return b""
        separator = self._understanding.separator.encode()
        return end.join([record + separator + more for record, more in zip(records, added, strict=True)]) + end

    def assemble(self, parts: Iterable[Path], target: Path) -> None:
        """Write the header and all parts, in order."""
        with target.open("wb") as out:
            out.write(self.head())
            out.flush()
            for part in parts:
                _append(part, out.fileno())

    def head(self) -> bytes:
        """Return the header with the names of what was added, in the file's encoding, with its mark."""
        body = self._header.rstrip(b"\r\n")
        end = self._header[len(body) :] or b"\n"
        names = _row(defused_cells(list(self._names)), self._understanding.separator)
        before = defused_cells([column.name for column in self._understanding.columns])
        if before != [column.name for column in self._understanding.columns]:
            body = body[: self._start] + _row(before, self._understanding.separator)
        whole = body + self._understanding.separator.encode() + names + end
        return MARKS.get(self._understanding.encoding, b"") + self._encoded(whole)

    def _encoded(self, lines: bytes) -> bytes:
        encoding = self._understanding.encoding
        if encoding in {"utf-8", "utf-8-sig", ""}:
            return lines
        return lines.decode("utf-8", "replace").translate(NO_BREAK).encode(encoding, "replace")

    def _defused(self, block: CsvBlock) -> list[bytes]:
        """Return the rows; those with a cell that would be taken for a formula are written anew."""
        dangerous = pl.Series([False]).new_from_index(0, block.row_count)
        for position in range(len(self._understanding.columns)):
            numbers = block.numbers(position)
            if numbers is None or numbers.null_count():
                dangerous |= is_dangerous(block.text(position))
        odd = pl.Series(sorted(block.lengths), dtype=pl.UInt32)
        rows = {*dangerous.arg_true().to_list(), *odd.to_list()}
        if not rows:
            return block.records
        records = list(block.records)
        for row in rows:
            cells = block.cells(row)
            if (safe := defused_cells(cells)) != cells:
                records[row] = _row(safe, self._understanding.separator)
        return records


def _added(answers: pl.DataFrame, understanding: Understanding) -> list[bytes]:
    safe = answers.with_columns([defused(column) for column in answers.get_columns()])
    text = safe.write_csv(
        include_header=False, separator=understanding.separator, decimal_comma=understanding.decimal == ","
    ).encode()
    if b'"' not in text:
        return text.split(b"\n")[:-1]
    ends = record_ends(text, understanding.separator).tolist()
    return [text[start : end - 1] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _row(cells: Sequence[str], separator: str) -> bytes:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator="").writerow(cells)
    return written.getvalue().encode()


def _append(part: Path, target: int) -> None:
    with part.open("rb") as source:
        left = os.fstat(source.fileno()).st_size
        while left > 0:
            left -= os.sendfile(target, source.fileno(), None, left)
