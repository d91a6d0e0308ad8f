"""Writes CSV of files that were none. A text that a spreadsheet program would run as a formula gets an apostrophe."""

import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from worker.batch.blocks import Block
from worker.batch.formats.columns import as_text
from worker.batch.writing.formulas import defused
from worker.batch.writing.joining import join_files
from worker.batch.writing.layout import Layout
from worker.batch.writing.parts import beside


class CsvWriter:
    """Writes UTF-8; numbers and texts as `Cells.text` gives them, quoted where need be."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._separator = layout.understanding.separator or ","
        self._decimal = layout.understanding.decimal or "."

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the part of a chunk."""
        frame = beside(block, answers)
        path.write_bytes(self._lines(pl.DataFrame([self._cells(column) for column in frame])))

    def assemble(self, parts: Sequence[Path], target: Path) -> None:
        """Put the parts behind one another, below a header."""
        join_files(self.head(), parts, target)

    def head(self) -> bytes:
        """Return the header."""
        header = [defused(pl.Series([name])) for name in self._layout.names]
        return self._lines(pl.DataFrame({str(at): name for at, name in enumerate(header)}))

    def _lines(self, frame: pl.DataFrame) -> bytes:
        written = io.BytesIO()
        frame.write_csv(written, include_header=False, separator=self._separator, quote_style="necessary")
        return written.getvalue()

    def _cells(self, column: pl.Series) -> pl.Series:
        text = as_text(column)
        if column.dtype.is_float() or column.dtype.is_decimal():
            return text if self._decimal == "." else text.str.replace(".", self._decimal, literal=True)
        return text if column.dtype.is_numeric() else defused(text)
