"""Cells: what a reader of files hands over for one column, whatever the format."""

from typing import Protocol

import polars as pl


class Cells(Protocol):
    """One column of a block."""

    @property
    def numbers(self) -> pl.Series | None:
        """The numbers as Float64, null where a cell is empty or no plain number. None where only the text is known.

        A number stands here only if `text` has it as `1`, `+1.5`, `.5`, `1e-3` or their like, with the decimal mark
        of the file: in a file of decimal commas a cell with a point is null (polars' `decimal_comma` would take it).
        Infinite, huge and not-a-number values may stand here: they are judged by what was written. True, false and
        dates are no numbers: a column of these has None. Nulls are judged by `text`, unless `exact`.
        """

    @property
    def exact(self) -> bool:
        """Whether the file holds `numbers` as numbers, as Parquet does: a null or NaN is then an empty cell.

        False where the numbers were read from text, and where a column holds text beside its numbers.
        """

    def text(self) -> pl.Series:
        """Return the cells as they are written, as String without nulls; "" for an empty one."""
