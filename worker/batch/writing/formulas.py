"""Which texts a spreadsheet program takes for formulas when it opens a file of text, and how they are written then."""

import re
from typing import Final

import polars as pl

STARTS: Final = frozenset("=+-@\t\r")
MARK: Final = "'"
"""Before a cell it says that the rest is text."""

_BEGINS: Final = r"^[=+\-@\t\r]"
_NUMBER: Final = r"[+\-]?[\d.,' \u00A0\u202F]*\d[.,]?(?:[eE][+\-]?\d+)?\s?%?"
"""A number may begin with its sign, however it is grouped."""

_IS_NUMBER: Final = re.compile(_NUMBER)


def runs(text: pl.Series) -> pl.Series:
    """Return which texts begin as formulas do."""
    begin = text.str.contains(_BEGINS)
    return begin & ~text.str.contains(f"^(?:{_NUMBER})$") if begin.any() else begin


def defused(column: pl.Series) -> pl.Series:
    """Return a column whose texts do not run; no value of another type does."""
    if column.dtype != pl.String or not runs(column.unique()).any():  # answers are the same few again and again
        return column
    found = runs(column).fill_null(value=False)
    return (MARK + column).zip_with(found, column).alias(column.name)


def defused_cell(cell: str) -> str:
    """Return one text so that it does not run."""
    return MARK + cell if cell[:1] in STARTS and cell and not _IS_NUMBER.fullmatch(cell) else cell
