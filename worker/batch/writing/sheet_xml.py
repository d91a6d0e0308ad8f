"""Writes the cells of a sheet as XML, whole columns at a time.

A cell is written without its place: from where its reference ends on. What a cell may not hold is written as
_xHHHH_, which is read back; a text longer than a cell holds is cut and ends with an ellipsis.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import escape

import polars as pl
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.datetime import to_excel

from worker.batch.formats.cells import Cell, CellError, text_of
from worker.batch.formats.columns import as_text
from worker.batch.writing.formulas import runs

TEXT_MAX: Final = 32_767
FIRST_DATE: Final = dt.date(1900, 3, 1)
"""Before it, spreadsheets count a day that never was."""

DIGITS_KEPT: Final = 10**15
_UNWRITTEN: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_"
_UNWRITTEN_SOUGHT: Final = re.compile(_UNWRITTEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The numbers of the styles of cells in the workbook. `quoted` is of text that begins as a formula does."""

    plain: int
    quoted: int
    date: int
    datetime: int
    time: int
    timedelta: int


def writable(text: str) -> str:
    """Return a text as a cell can hold it."""
    if len(text.encode("utf-16-le")) > 2 * TEXT_MAX:
        text = text.encode("utf-16-le")[: 2 * TEXT_MAX - 2].decode("utf-16-le", "ignore") + "…"
    return _UNWRITTEN_SOUGHT.sub(lambda found: f"_x{ord(found[0][0]):04X}_{found[0][1:]}", text)


def cells_of(cells: Sequence[Cell], looks: Looks) -> pl.Series:
    """Return typed cells as XML, null for an empty one."""
    return pl.Series([_cell(cell, looks) for cell in cells], dtype=pl.String)


def column_of(column: pl.Series, looks: Looks) -> pl.Series:
    """Return a column of one type as XML, null for an empty cell."""
    kind = column.dtype
    if kind == pl.Boolean:
        return _valued(column.cast(pl.Int8).cast(pl.String), looks.plain, ' t="b"')
    if kind.is_integer():
        exact = (column.cast(pl.Float64).abs() < DIGITS_KEPT).fill_null(value=True).all()
        return numbers_of(as_text(column), looks) if exact else texts_of(as_text(column), looks)
    if kind.is_float():
        finite = column.set(~column.is_finite(), None)
        infinite = texts_of(as_text(column.set(column.is_finite(), None)), looks)
        return numbers_of(as_text(finite), looks).zip_with(infinite.is_null(), infinite)
    if kind.is_decimal():
        return numbers_of(as_text(column), looks)
    if isinstance(kind, pl.Datetime):
        return cells_of(column.dt.replace_time_zone(None).cast(pl.Datetime("us")).to_list(), looks)
    return cells_of(column.to_list(), looks) if kind in _PYTHON else texts_of(as_text(column), looks)


_PYTHON: Final = frozenset({pl.Date, pl.Time, pl.Duration})


def numbers_of(text: pl.Series, looks: Looks) -> pl.Series:
    """Return numbers, as they are written with a point, as XML."""
    return _valued(text, looks.plain, "")


def texts_of(text: pl.Series, looks: Looks) -> pl.Series:
    """Return texts as XML: never a formula, whatever they begin with."""
    hard = (text.str.contains(_UNWRITTEN) | (text.str.len_bytes() > TEXT_MAX)).fill_null(value=False)
    if hard.any():
        text = text.scatter(hard.arg_true(), [writable(each) for each in text.filter(hard)])
    space = text.str.contains(r"^\s|\s$|\n")
    escaped = text.str.replace_all("&", "&amp;", literal=True).str.replace_all("<", "&lt;", literal=True)
    escaped = escaped.str.replace_all(">", "&gt;", literal=True).str.replace_all("\r", "&#13;", literal=True)
    frame = pl.DataFrame({"text": escaped, "space": space, "runs": runs(text)})
    style = pl.when("runs").then(pl.lit(_style(looks.quoted))).otherwise(pl.lit(_style(looks.plain)))
    opened = pl.when("space").then(pl.lit('<t xml:space="preserve">')).otherwise(pl.lit("<t>"))
    cell = pl.concat_str(style, pl.lit(' t="inlineStr"><is>'), opened, "text", pl.lit("</t></is></c>"))
    return frame.select(pl.when(pl.col("text") != "").then(cell)).to_series()


def _style(number: int) -> str:
    return f' s="{number}"' if number else ""


def _valued(text: pl.Series, style: int, kind: str) -> pl.Series:
    return f"{_style(style)}{kind}><v>" + text + "</v></c>"


def _cell(cell: Cell, looks: Looks) -> str | None:
    return None if cell is None or cell == "" else _WRITE[type(cell)](cell, looks)


def _text_cell(cell: str, looks: Looks) -> str:
    # As `texts_of` writes it; a text alone is too little to set its machinery in motion.
    begins = cell[0] in "=+-@\t\r"
    style = looks.quoted if begins and runs(pl.Series([cell]))[0] else looks.plain
    return f'{_style(style)} t="inlineStr"><is><t xml:space="preserve">{_escaped(writable(cell))}</t></is></c>'


def _escaped(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _number_cell(cell: float, looks: Looks) -> str:
    return f"{_style(looks.plain)}><v>{text_of(cell)}</v></c>"


def _bool_cell(cell: bool, looks: Looks) -> str:  # noqa: FBT001  # the cell's value
    return f'{_style(looks.plain)} t="b"><v>{int(cell)}</v></c>'


def _error_cell(cell: CellError, looks: Looks) -> str:
    if cell not in ERROR_CODES:
        return _text_cell(str(cell), looks)
    return f'{_style(looks.plain)} t="e"><v>{cell}</v></c>'


def _date_cell(cell: dt.date, looks: Looks) -> str:
    style = looks.datetime if isinstance(cell, dt.datetime) else looks.date
    day = cell.date() if isinstance(cell, dt.datetime) else cell
    if day < FIRST_DATE:
        return _text_cell(cell.isoformat(), looks)
    return f"{_style(style)}><v>{text_of(to_excel(cell))}</v></c>"


def _time_cell(cell: dt.time, looks: Looks) -> str:
    return f"{_style(looks.time)}><v>{text_of(to_excel(cell))}</v></c>"


def _duration_cell(cell: dt.timedelta, looks: Looks) -> str:
    return f"{_style(looks.timedelta)}><v>{text_of(to_excel(cell))}</v></c>"


_WRITE: Final[dict[type, Callable[[Any, Looks], str]]] = {
    bool: _bool_cell,
    int: _number_cell,
    float: _number_cell,
    str: _text_cell,
    CellError: _error_cell,
    dt.date: _date_cell,
    dt.datetime: _date_cell,
    dt.time: _time_cell,
    dt.timedelta: _duration_cell,
}
