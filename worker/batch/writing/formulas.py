"""Which texts a spreadsheet program takes for formulas when it opens a file of text."""

from typing import Final

import polars as pl

_BEGINS: Final = r"^[=+\-@\t\r]"
_NUMBER: Final = r"^[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)([eE][+-]?[0-9]+)?$"


def runs(text: pl.Series) -> pl.Series:
    """Return which texts begin as formulas do; a number may begin with its sign."""
    return text.str.contains(_BEGINS) & ~text.str.contains(_NUMBER)
