"""Reads workbooks. One pass writes the cells of a sheet chunk by chunk: a sheet cannot be entered in the middle."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter

from worker.batch.errors import FileRefused
from worker.batch.formats.cells import Cell, SheetBlock, read_cells, text_of, write_cells
from worker.batch.formats.shared_strings import SharedStrings
from worker.batch.formats.sheet_rows import rows_of_sheet
from worker.batch.formats.workbook import Workbook, open_workbook
from worker.batch.places import appearing
from worker.contract.batch import FIRST_ROWS_MAX, Chunk, Understanding
from worker.contract.words import Words
from worker.tables.wording import named

BYTES_MAX: Final = 2 << 30
CELLS_OF_CHUNK_MAX: Final = 1_000_000
TEXT_OF_CHUNK_MAX: Final = 16_000_000
OVERLAP_BYTES: Final = 1 << 16
"""Longer than a cell with the longest formula."""
PIECES_AT_ONCE: Final = 16

MACROS: Final = Words("The macros of the workbook are not run, and the result does not have them.")
MERGED: Final = Words("Some cells are merged: the value counts for the first of them, the others are empty.")
UNCALCULATED: Final = Words(
    "Some formulas have no value, for no spreadsheet program has calculated them: these cells are empty."
)
_UNCALCULATED: Final = re.compile(
    rb"<(?:\w+:)?c(?![\w:])([^<>]*)>\s*<(?:\w+:)?f(?![\w:])(?:[^<>]*/>|[^<>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*(?:/>|>\s*</(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLook:
    """What a look at a workbook tells: the names in the header, as they are written, and the first rows as text."""

    sheet: str
    sheets: tuple[str, ...]
    names: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    remarks: tuple[Words, ...]


def look_at_workbook(path: Path, sheet: str = "", *, bytes_max: int = BYTES_MAX) -> SheetLook:
    """Return what the workbook holds; of its sheets the one that is named, else the first.

    Raise FileRefused for what is no sound workbook, lies behind a password, has no such sheet or an empty one, or holds
    a part that unpacks beyond `bytes_max`.
    """
    with open_workbook(path, bytes_max) as book:
        chosen = book.sheet(sheet)
        with closing(SharedStrings(book)) as strings:
            rows = _Table(rows_of_sheet(book, chosen.part, strings), chosen.name)
            first = tuple(tuple(map(text_of, row)) for row in islice(rows.rows(), FIRST_ROWS_MAX))
        return SheetLook(
            sheet=chosen.name,
            sheets=tuple(each.name for each in book.sheets),
            names=rows.names,
            first_rows=first,
            remarks=_remarks(book, chosen.part),
        )


def _remarks(book: Workbook, part: str) -> tuple[Words, ...]:
    merged = uncalculated = False
    for data in _overlapping(book.open(part)):
        merged = merged or b"mergeCell " in data
        formulas = not uncalculated and (b"<f" in data or b":f" in data)
        uncalculated = uncalculated or (
            formulas and any(b't="str"' not in cell[1] for cell in _UNCALCULATED.finditer(data))
        )
    found = ((MACROS, book.macros), (MERGED, merged), (UNCALCULATED, uncalculated))
    return tuple(words for words, holds in found if holds)


def _overlapping(source: Iterator[bytes]) -> Iterator[bytes]:
    """Yield large pieces, each beginning with the end of the one before."""
    tail = b""
    while pieces := list(islice(source, PIECES_AT_ONCE)):
        data = tail + b"".join(pieces)
        yield data
        tail = data[-OVERLAP_BYTES:]


class _Table:
    """The table in a sheet: its header is the first row that holds something, and its columns reach as far."""

    def __init__(self, rows: Iterator[tuple[int, dict[int, Cell]]], sheet: str) -> None:
        header = next(((number, cells) for number, cells in rows if cells), None)
        if header is None:
            raise FileRefused(
                Words("The sheet {name} is empty.", {"name": named(sheet)}),
                Words("Choose another sheet, or put the rows under a header in this one."),
            )
        self._rows = rows
        self._row, cells = header
        held = [column for column, cell in cells.items() if cell is not None]
        self.first, self.last = min(held), max(held)
        self.names = tuple(map(text_of, self._in_line(cells)))

    def rows(self) -> Iterator[list[Cell]]:
        """Yield the rows below the header; an empty row between others is one, those at the end are none."""
        width = self.last - self.first + 1
        for number, cells in self._rows:
            for _ in range(self._row + 1, number):
                yield [None] * width
            self._row = number
            if min(cells) < self.first or max(cells) > self.last:
                self._check_inside(number, cells)
            yield self._in_line(cells)

    def _in_line(self, cells: Mapping[int, Cell]) -> list[Cell]:
        return [cells.get(column) for column in range(self.first, self.last + 1)]

    def _check_inside(self, number: int, cells: Mapping[int, Cell]) -> None:
        for column, cell in cells.items():
            if cell is not None and not self.first <= column <= self.last:
                reference = f"{get_column_letter(column + 1)}{number}"
                raise FileRefused(
                    Words(
                        "Cell {cell} holds something, but its column has no name in the header.", {"cell": reference}
                    ),
                    Words("Give the column a name in the header, or clear what stands in it."),
                )


class XlsxSource:
    """A sheet. `cut` writes `rows/<number>` in `directory`, from which `read` reads."""

    def __init__(
        self, path: Path, understanding: Understanding, directory: Path, *, bytes_max: int = BYTES_MAX
    ) -> None:
        self._path = path
        self._understanding = understanding
        self._directory = directory
        self._bytes_max = bytes_max

    @property
    def understanding(self) -> Understanding:
        """How the file is read."""
        return self._understanding

    def rows_about(self) -> int | None:
        """Return None: how many rows a sheet has only a whole pass tells."""
        return None

    def sample(self, rows: int) -> SheetBlock:
        """Return so many of the first rows."""
        with open_workbook(self._path, self._bytes_max) as book, closing(SharedStrings(book)) as strings:
            sheet = book.sheet(self._understanding.sheet)
            table = _Table(rows_of_sheet(book, sheet.part, strings), sheet.name)
            first = list(islice(table.rows(), rows))
        names = tuple(column.name for column in self._understanding.columns)
        return SheetBlock(names, len(first), list(zip(*first, strict=True)) or [[] for _ in names])

    def cut(self, rows_of_chunk: int) -> Iterator[Chunk]:
        """Yield the chunks, their cells written. Raise FileRefused where the sheet is damaged or too large."""
        folder = self._directory / "rows"
        folder.mkdir(parents=True, exist_ok=True)
        first_row = 0
        with open_workbook(self._path, self._bytes_max) as book, closing(SharedStrings(book, folder)) as strings:
            sheet = book.sheet(self._understanding.sheet)
            table = _Table(rows_of_sheet(book, sheet.part, strings), sheet.name)
            most = min(rows_of_chunk, CELLS_OF_CHUNK_MAX // len(table.names) + 1)
            for number, rows in enumerate(_gathered(table.rows(), most)):
                with appearing(folder / str(number)) as draft:  # a planner that begins anew finds readers at work
                    write_cells(draft, list(zip(*rows, strict=True)))
                stop = first_row + len(rows)
                yield Chunk(number=number, start=first_row, stop=stop, rows=len(rows), first_row=first_row)
                first_row = stop

    def read(self, chunk: Chunk) -> SheetBlock:
        """Return the rows of a chunk that was cut."""
        names = tuple(column.name for column in self._understanding.columns)
        return SheetBlock(names, chunk.rows, read_cells(self._directory / "rows" / str(chunk.number)))


def _gathered(rows: Iterable[list[Cell]], most: int) -> Iterator[list[list[Cell]]]:
    """Yield the rows in lists of so many, of fewer where they hold much text."""
    gathered: list[list[Cell]] = []
    text = 0
    for row in rows:
        gathered.append(row)
        text += sum(len(cell) for cell in row if isinstance(cell, str))
        if len(gathered) == most or text > TEXT_OF_CHUNK_MAX:
            yield gathered
            gathered, text = [], 0
    if gathered:
        yield gathered
