"""Numbers as office programs write them: which text is one, and the plain number that says the same.

One grammar for whole columns and for single cells, so that both always agree.
"""

import re
from typing import Final

import polars as pl

SPACES: Final = " \t\u00a0\u202f"
"""What may surround a value: blanks, tabs, and the spaces at which a line does not break."""

_GROUP_MARKS: Final = " \u00a0\u202f'\u2019"
_GROUPED: Final = "|".join(f"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+" for mark in _GROUP_MARKS)
"""Thousands, all set apart by the same mark. A leading zero would be that of a telephone."""


def _grammar(mark: str) -> str:
    plain = f"(?:[0-9]+(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][+-]?[0-9]+)?"
    return f"[+-]?(?:{plain}|(?:{_GROUPED})(?:{mark}[0-9]*)?)"


_GRAMMARS: Final = {".": _grammar("[.]"), ",": _grammar(",")}
_PATTERNS: Final = {decimal: re.compile(grammar) for decimal, grammar in _GRAMMARS.items()}
_MARKS: Final = f"[{_GROUP_MARKS}]"


def plain_number(cell: str, decimal: str) -> str | None:
    """Return the number without marks of groups and with a decimal point, or None if the cell is no number."""
    stripped = cell.strip(SPACES)
    if _PATTERNS[decimal].fullmatch(stripped) is None:
        return None
    return re.sub(_MARKS, "", stripped).replace(decimal, ".")


def plain_numbers(text: pl.Series, decimal: str) -> pl.Series:
    """Do the same for a column: String, null for what is no number."""
    stripped = text.str.strip_chars(SPACES)
    is_number = stripped.str.contains(f"^(?:{_GRAMMARS[decimal]})$")
    plain = stripped.str.replace_all(_MARKS, "").str.replace(decimal, ".", literal=True)
    return plain.set(~is_number, None)


def read_numbers(text: pl.Series, decimal: str) -> pl.Series:
    """Return the numbers as Float64, null for what is no number; words such as `nan` and `inf` may be read or not."""
    numbers = _read_quickly(text, decimal)
    if not numbers.null_count():
        return numbers
    left = numbers.is_null() & (text != "")
    if not left.any():
        return numbers
    found = plain_numbers(text.filter(left), decimal).cast(pl.Float64, strict=False)
    return numbers.scatter(left.arg_true(), found)


def _read_quickly(text: pl.Series, decimal: str) -> pl.Series:
    """Return what is written plainly. A cast takes what the grammar does, without groups and spaces."""
    if decimal == ".":
        return text.cast(pl.Float64, strict=False)
    numbers = text.str.replace(decimal, ".", literal=True).cast(pl.Float64, strict=False)
    has_point = text.str.contains(".", literal=True)
    return numbers.set(has_point, None) if has_point.any() else numbers
