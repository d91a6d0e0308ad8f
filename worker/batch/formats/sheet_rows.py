"""Reads the rows of a sheet in one pass, whatever its dimension claims to be."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from worker.batch.errors import FileRefused
from worker.batch.formats.cells import Cell, CellError, number_cell
from worker.batch.formats.shared_strings import RichText, SharedStrings
from worker.batch.formats.workbook import Workbook
from worker.batch.formats.xml_stream import damaged, parse
from worker.contract.batch import COLUMNS_MAX
from worker.contract.words import Words

ROWS_MAX: Final = 1_048_576
ROW_TEXT_MAX: Final = 32_000_000
DAYS_REMEMBERED_MAX: Final = 50_000


class _Rows:
    """Gathers rows as dictionaries from the column, counted from 0, to its cell; empty cells are not in them."""

    def __init__(self, book: Workbook, strings: SharedStrings) -> None:
        self.finished: list[tuple[int, dict[int, Cell]]] = []
        self.row = 0
        self.cells: dict[int, Cell] = {}
        self.row_text = 0
        self.column = -1
        self.kind = "n"
        self.date = ""
        self.reading = False
        self.value = ""
        self.inline: RichText | None = None
        self.columns: dict[str, int] = {}
        self.strings = strings
        self.dates = book.dates
        self.epoch = MAC_EPOCH if book.since_1904 else WINDOWS_EPOCH
        self.days: dict[str, Cell] = {}
        self.readers: dict[str, Callable[[str], Cell]] = {
            "n": self._number,
            "s": self._shared,
            "b": lambda text: text.strip() in ("1", "true"),
            "str": str,
            "e": CellError,
            "d": self._iso_date,
            "inlineStr": str,
        }

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self.reading = True
        elif name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "is":
            self.inline = RichText()
        elif self.inline is not None:
            self.inline.start(name)

    def text(self, text: str) -> None:
        if self.reading:
            self.value = self.value + text if self.value else text
            self._count(len(text))
        elif self.inline is not None:
            self.inline.text(text)

    def end(self, name: str) -> None:
        if name == "v":
            self.reading = False
        elif name == "c":
            if self.value:
                self._end_cell()
        elif name == "row":
            self.finished.append((self.row, self.cells))
            self.cells = {}
            self.row_text = 0
        elif name == "is" and self.inline is not None:
            self.value = self.inline.taken()
            self._count(len(self.value))
            self.inline = None
        elif self.inline is not None:
            self.inline.end(name)

    def _begin_row(self, written: str | None) -> None:
        row = self.row + 1 if written is None else _whole(written)
        if not self.row < row <= ROWS_MAX:
            raise damaged("row {row} does not stand where it should", row=(written or str(row))[:20])
        self.row = row
        self.column = -1

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.value = ""
        self.kind = attributes.get("t", "n")
        self.date = self.dates.get(_whole(attributes["s"]), "") if "s" in attributes else ""
        written = attributes.get("r")
        self.column = self.column + 1 if written is None else self._column(written)
        if self.column >= COLUMNS_MAX:
            raise FileRefused(Words("The sheet has more than {most:,} columns.", {"most": COLUMNS_MAX}))

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        column = self.columns.get(letters)
        if column is None:
            column = self.columns[letters] = _column_number(letters)
        return column

    def _count(self, length: int) -> None:
        self.row_text += length
        if self.row_text > ROW_TEXT_MAX:
            raise damaged("one of its rows holds more text than a row can")

    def _end_cell(self) -> None:
        read = self.readers.get(self.kind)
        if read is None:
            raise damaged("a cell is of the unknown kind {kind}", kind=self.kind[:20])
        self.cells[self.column] = read(self.value)
        self.value = ""

    def _number(self, text: str) -> Cell:
        if self.date:
            return self._date(text)
        number = number_cell(text)
        if number is None:
            raise damaged("a cell holds {text} as a number", text=text[:20])
        return number

    def _shared(self, text: str) -> Cell:
        # A text that is empty is an empty cell.
        shared = self.strings.get(_whole(text)) or None
        self._count(len(shared or ""))
        return shared

    def _date(self, text: str) -> Cell:
        key = self.date + text
        if key in self.days:
            return self.days[key]
        number = number_cell(text)
        try:
            cell: Cell = from_excel(number, self.epoch, timedelta=self.date == "timedelta")
        except (ValueError, OverflowError, TypeError):
            return number  # beyond what a date can be: the number tells more than an error
        if self.date == "date" and isinstance(cell, dt.datetime) and cell.time() == dt.time():
            cell = cell.date()
        if len(self.days) < DAYS_REMEMBERED_MAX:
            self.days[key] = cell
        return cell

    def _iso_date(self, text: str) -> Cell:
        try:
            cell: Cell = from_ISO8601(text)
        except (ValueError, AttributeError, TypeError):
            return text
        return cell


def _whole(text: str) -> int:
    if not (text.isdecimal() and len(text) < 10):
        raise damaged("{text} stands where a whole number should", text=text[:20])
    return int(text)


def _column_number(letters: str) -> int:
    """Return the number of a column, counted from 0, by its letters."""
    if not (letters.isalpha() and letters.isascii() and len(letters) <= 3):
        raise damaged("{letters} is no column", letters=letters[:20])
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def rows_of_sheet(book: Workbook, part: str, strings: SharedStrings) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Yield the rows that hold something, each with its number from 1 on. Raise FileRefused for what is damaged."""
    handler = _Rows(book, strings)
    for _ in parse(book.open(part), handler):
        yield from ((row, cells) for row, cells in handler.finished if any(cell is not None for cell in cells.values()))
        handler.finished.clear()
