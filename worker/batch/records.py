"""CSV records one by one, each with where it ends, which a reader of the whole file does not tell."""

import re
from functools import cache
from typing import Final, NamedTuple

from worker.batch.errors import FileRefused
from worker.contract.batch import COLUMNS_MAX
from worker.contract.words import Words

RECORD_LENGTH_MAX: Final = 16 << 20

_QUOTED: Final = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"')


class Record(NamedTuple):
    """The cells of a record, and where in the text the next one begins."""

    cells: list[str]
    stop: int

    @property
    def is_empty(self) -> bool:
        """Whether no cell says anything."""
        return not any(cell.strip() for cell in self.cells)


class Unfinished(Exception):  # a step of reading, never seen by callers
    """The text ends within the record, and is not the whole one or leaves a quote open."""


class TooManyColumns(FileRefused):
    """A record has more cells than a spreadsheet has columns."""


def record_at(text: str, start: int, separator: str, *, whole: bool) -> Record:
    """Return the record that begins at `start`. Raise `Unfinished` where the text does not hold its end.

    A quote that opens a cell is closed by one that is not doubled; within a cell that does not begin with one, it is a
    character as any other.
    """
    cells: list[str] = []
    plain = _plain(separator)
    position = start
    while len(cells) < COLUMNS_MAX:
        cell, position = _cell(text, position, plain)
        if position < len(text) and text[position] == separator:
            cells.append(cell)
            position += 1
            continue
        if position == len(text) and not whole:
            raise Unfinished
        return Record([*cells, cell.removesuffix("\r")], position + 1 if position < len(text) else position)
    words = Words("The file has more than {most:,} columns.", {"most": COLUMNS_MAX})
    raise TooManyColumns(words, Words("Leave out the columns that the model does not take."))


def _cell(text: str, position: int, plain: re.Pattern[str]) -> tuple[str, int]:
    """Return a cell and where it ends: at a separator, a line feed or the end of the text."""
    inside = ""
    if text.startswith('"', position):
        quoted = _QUOTED.match(text, position)
        if quoted is None:
            raise Unfinished
        inside, position = quoted[1].replace('""', '"'), quoted.end()
    rest = plain.match(text, position)
    assert rest is not None, "The pattern of a plain cell matches nothing at all, too."
    return inside + rest[0], rest.end()


@cache
def _plain(separator: str) -> re.Pattern[str]:
    return re.compile(rf"[^{re.escape(separator)}\n]*+")
