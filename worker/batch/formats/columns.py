"""Columns of any type as text, as a person would write them into a file of text."""

from typing import Final

import polars as pl

_SECONDS: Final = "%Y-%m-%dT%H:%M:%S%.f"


def as_text(column: pl.Series) -> pl.Series:
    """Return a column as String: dates by ISO 8601, true and false, nested values as JSON; null stays, NaN is null."""
    kind = column.dtype
    if kind == pl.String:
        return column
    if kind.is_float():
        return _without_point(column.fill_nan(None).cast(pl.String))
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string(_SECONDS + ("%:z" if kind.time_zone else ""))
    if kind == pl.Duration:
        return pl.Series(column.name, [None if cell is None else str(cell) for cell in column], dtype=pl.String)
    if kind == pl.Binary:
        return column.bin.encode("hex")
    if kind.is_nested():
        return _as_json(column)
    return column.cast(pl.String)


def _without_point(text: pl.Series) -> pl.Series:
    """Return 3.0 as 3: a feature of integers takes both, a category of digits only the latter."""
    return text.str.strip_suffix(".0")


def _as_json(column: pl.Series) -> pl.Series:
    """Return nested values as JSON; polars writes it of structs alone, so the column is put into one for the while."""
    written = column.alias("v").to_frame().to_struct("").struct.json_encode()
    inside = written.str.slice(len('{"v":')).str.strip_suffix("}")
    return inside.set(column.is_null(), None).alias(column.name)
