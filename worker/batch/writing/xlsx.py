"""Writes workbooks: the cells of a workbook keep their types, and what a file of text holds gets some.

A sheet is written as XML directly, for the library takes a minute where this takes seconds. A chunk's part has its
cells as XML already; only whether a column of text holds but numbers, all parts tell together.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import polars as pl
from openpyxl.utils import get_column_letter

from worker.batch.blocks import Block
from worker.batch.errors import FileRefused
from worker.batch.formats.cells import SheetBlock
from worker.batch.formats.columns import as_text
from worker.batch.writing.layout import Layout
from worker.batch.writing.parts import (
    Facts,
    Reading,
    is_text,
    joint_readings,
    read_facts,
    read_table,
    reading_of,
    with_point,
    write_table,
)
from worker.batch.writing.sheet_xml import Looks, cells_of, column_of, numbers_of, texts_of
from worker.batch.writing.workbook import ADDED, PLAIN, Frame, write_workbook
from worker.contract.batch import COLUMNS_MAX
from worker.contract.words import Words

ROWS_MAX: Final = 1_048_575
"""Below the header."""

CELLS_AT_ONCE: Final = 50_000
ROWS_MEASURED: Final = 100
TEXT_AT_ONCE: Final = 4 << 20
CELL_BYTES: Final = 20
"""What the place of a cell takes beside its content."""


def check_fits_sheet(rows: int, columns: int) -> None:
    """Raise FileRefused for more rows or columns than a sheet has."""
    hint = Words("Choose CSV or Parquet for the result.")
    if rows > ROWS_MAX:
        facts: dict[str, int] = {"rows": rows, "most": ROWS_MAX}
        raise FileRefused(Words("The result has {rows:,} rows; a sheet has {most:,}.", {**facts}), hint)
    if columns > COLUMNS_MAX:
        facts = {"columns": columns, "most": COLUMNS_MAX}
        raise FileRefused(Words("The result has {columns:,} columns; a sheet has {most:,}.", {**facts}), hint)


class XlsxWriter:
    """Writes a workbook of one sheet: header bold, frozen and with a filter, added columns on a light ground."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def write(self, block: Block, answers: pl.DataFrame, path: Path) -> None:
        """Write the part of a chunk: cells as XML, columns of a file of text as they are."""
        columns, readings = self._columns(block)
        added = answers.cast(self._layout.added)
        columns += [_filled(column_of(column, ADDED)) for column in added]
        names = self._layout.names
        facts = Facts(
            rows=block.row_count,
            readings=tuple(readings),
            widths=tuple(_width(name, texts) for name, texts in zip(names, _first(block, added), strict=True)),
            size_bytes=sum(int(column.str.len_bytes().sum()) for column in columns),
        )
        numbered = pl.DataFrame({str(at): column for at, column in enumerate(columns)})
        write_table(numbered, facts, path)

    def head(self) -> None:
        """Return None: rows are numbered and packed in the end."""

    def assemble(self, parts: Sequence[Path], target: Path) -> None:
        """Make the workbook. Raise FileRefused for more rows or columns than a sheet has."""
        facts = [read_facts(part) for part in parts]
        names = self._layout.names
        rows = sum(each.rows for each in facts)
        check_fits_sheet(rows, len(names))
        frame = Frame(
            title=self._layout.understanding.sheet,
            names=names,
            added=len(self._layout.added),
            widths=facts[0].widths if facts else [len(name) for name in names],
            rows=rows,
            size_bytes=sum(each.size_bytes for each in facts) + CELL_BYTES * rows * len(names),
        )
        write_workbook(target, frame, self._rows(parts, joint_readings(facts)))

    def _columns(self, block: Block) -> tuple[list[pl.Series], list[Reading]]:
        if isinstance(block, SheetBlock):
            return [cells_of(cells, PLAIN) for cells in block.columns], []
        table = block.table().get_columns()
        if not is_text(self._layout):
            return [column_of(column, PLAIN) for column in table], []
        return table, [reading_of(column, self._layout.understanding.decimal) for column in table]

    def _rows(self, parts: Sequence[Path], readings: Sequence[Reading]) -> Iterator[bytes]:
        letters = [get_column_letter(at) for at in range(1, len(self._layout.names) + 1)]
        number = 2
        for part in parts:
            for rows in _slices(read_table(part)):
                columns = [self._cells(column, at, readings) for at, column in enumerate(rows)]
                yield _as_rows(columns, letters, number)
                number += rows.height

    def _cells(self, column: pl.Series, at: int, readings: Sequence[Reading]) -> pl.Series:
        if at >= len(readings):
            return column
        if readings[at] in (Reading.WHOLE, Reading.NUMBER):
            return numbers_of(with_point(column, self._layout.understanding.decimal), PLAIN)
        return texts_of(column, PLAIN)


def _filled(cells: pl.Series, looks: Looks = ADDED) -> pl.Series:
    """Return the cells of an added column: the ground shows where they are empty too."""
    return cells.fill_null(f' s="{looks.plain}"/>')


def _first(block: Block, added: pl.DataFrame) -> Iterator[pl.Series]:
    for column in [*block.table().head(ROWS_MEASURED), *added.head(ROWS_MEASURED)]:
        yield as_text(column)


def _width(name: str, texts: pl.Series) -> int:
    longest = texts.str.len_chars().max()
    return max(len(name), longest if isinstance(longest, int) else 0)


def _slices(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield a part in pieces of bounded text."""
    if table.is_empty():
        return
    row_bytes = table.estimated_size() / table.height
    yield from table.iter_slices(max(1, min(CELLS_AT_ONCE // table.width + 1, int(TEXT_AT_ONCE / (row_bytes or 1)))))


def _as_rows(columns: Sequence[pl.Series], letters: Sequence[str], first: int) -> bytes:
    numbers = pl.int_range(first, first + len(columns[0]), eager=True).cast(pl.String)
    cells = [f'<c r="{letter}' + numbers + '"' + column for letter, column in zip(letters, columns, strict=True)]
    frame = pl.DataFrame({str(at): column for at, column in enumerate(cells)})
    inside = frame.select(pl.concat_str(pl.all(), ignore_nulls=True)).to_series()
    return "".join('<row r="' + numbers + '">' + inside + "</row>").encode()
