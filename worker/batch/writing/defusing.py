"""Cells that a spreadsheet program would run as a formula are written so that it does not."""

from typing import Final

import polars as pl

STARTS: Final = "=+-@\t\r"
"""With these a cell begins that spreadsheet programs take for a formula."""

DANGEROUS: Final = r"^[=+\-@\t\r]"
NUMBER: Final = r"^[+\-]?[\d.,' \u00A0\u202F]*\d[.,]?(?:[eE][+\-]?\d+)?\s?%?$"
"""Whatever begins with a sign and is a number stays as it is."""

MARK: Final = "'"
"""Before a cell it says that the rest is text."""


def is_dangerous(cells: pl.Series) -> pl.Series:
    """Return for each cell of text whether it would be taken for a formula."""
    return cells.str.contains(DANGEROUS) & ~cells.str.contains(NUMBER)


def defused(cells: pl.Series) -> pl.Series:
    """Return the cells, those that would be taken for a formula as text. None of a column of numbers is one."""
    if cells.dtype != pl.String:
        return cells
    dangerous = is_dangerous(cells).fill_null(value=False)
    if not dangerous.any():
        return cells
    return cells.zip_with(~dangerous, MARK + cells)


def defused_cells(cells: list[str]) -> list[str]:
    """Return the cells of one row, defused."""
    return defused(pl.Series(cells, dtype=pl.String)).to_list()
