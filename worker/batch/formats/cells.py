"""The cells of a spreadsheet: typed, each on its own, whatever stands above and below it."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from worker.batch.blocks import Cells


class CellError(str):
    """What stands in a cell whose formula went wrong, such as #DIV/0!."""

    __slots__ = ()


Cell = None | bool | int | float | str | dt.datetime | dt.date | dt.time | dt.timedelta | CellError
"""An `int` has at most 15 digits: a spreadsheet holds every number as a double."""

_PACKED: Final[dict[type, tuple[int, Callable[[Any], str]]]] = {
    dt.date: (1, dt.date.isoformat),
    dt.datetime: (2, dt.datetime.isoformat),
    dt.time: (3, dt.time.isoformat),
    dt.timedelta: (4, lambda value: str(value // dt.timedelta(microseconds=1))),
    CellError: (5, str),
}
_UNPACKED: Final[dict[int, Callable[[str], Cell]]] = {
    1: dt.date.fromisoformat,
    2: dt.datetime.fromisoformat,
    3: dt.time.fromisoformat,
    4: lambda text: dt.timedelta(microseconds=int(text)),
    5: CellError,
}
_TEXT: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "",
    bool: lambda value: "true" if value else "false",
    int: str,
    float: lambda value: str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value),
    str: str,
    CellError: str,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
    dt.time: dt.time.isoformat,
    dt.timedelta: str,
}
_NUMBERS: Final = frozenset({int, float, type(None)})
_DTYPES: Final[Mapping[frozenset[type], pl.DataType]] = {
    frozenset(): pl.Null(),
    frozenset({bool}): pl.Boolean(),
    frozenset({int}): pl.Int64(),
    frozenset({float}): pl.Float64(),
    frozenset({int, float}): pl.Float64(),
    frozenset({dt.date}): pl.Date(),
    frozenset({dt.datetime}): pl.Datetime("us"),
    frozenset({dt.time}): pl.Time(),
    frozenset({dt.timedelta}): pl.Duration("us"),
}


def text_of(cell: Cell) -> str:
    """Return a cell as text: "" for an empty one, dates by ISO 8601, whole numbers without a point."""
    return _TEXT[type(cell)](cell)


@dataclass(frozen=True, slots=True)
class SheetCells:
    """One column of a `SheetBlock`."""

    cells: Sequence[Cell]

    @property
    def numbers(self) -> pl.Series | None:
        """The numbers, where the column holds nothing else."""
        if not _NUMBERS.issuperset(map(type, self.cells)):
            return None
        return pl.Series(self.cells, dtype=pl.Float64, strict=False)

    @property
    def exact(self) -> bool:
        """True: where the column has `numbers`, what is none of them is an empty cell."""
        return True

    def text(self) -> pl.Series:
        """Return the cells as text."""
        return pl.Series(list(map(text_of, self.cells)), dtype=pl.String)


@dataclass(frozen=True, slots=True)
class SheetBlock:
    """Some rows of a sheet, in columns."""

    names: tuple[str, ...]
    row_count: int
    columns: Sequence[Sequence[Cell]]

    @property
    def broken(self) -> Mapping[int, str]:
        """No row of a sheet is unreadable."""
        return {}

    def only(self, rows: Sequence[bool]) -> "SheetBlock":
        """Return some of the rows."""
        return SheetBlock(self.names, sum(rows), [list(compress(cells, rows)) for cells in self.columns])

    def column(self, position: int) -> Cells:
        """Return the column at this position."""
        return SheetCells(self.columns[position])

    def table(self) -> pl.DataFrame:
        """Return all columns, each typed where its cells are of one type and as text where they are not."""
        return pl.DataFrame(dict(zip(self.names, map(_typed, self.columns), strict=True)))


def _typed(cells: Sequence[Cell]) -> pl.Series:
    kind = _DTYPES.get(frozenset(map(type, cells)) - {type(None)})
    if kind is not None:
        return pl.Series(cells, dtype=kind, strict=False)
    return pl.Series([None if cell is None else text_of(cell) for cell in cells], dtype=pl.String)


def write_cells(path: Path, columns: Sequence[Sequence[Cell]]) -> None:
    """Write columns of cells to a file of our own."""
    path.write_bytes(msgspec.msgpack.encode([list(map(_pack, column)) for column in columns]))


def read_cells(path: Path) -> list[list[Cell]]:
    """Return what `write_cells` wrote."""
    columns: list[list[Cell]] = msgspec.msgpack.decode(path.read_bytes(), ext_hook=_unpack)
    return columns


def _pack(cell: Cell) -> object:
    tagged = _PACKED.get(type(cell))
    if tagged is None:
        return cell
    code, written = tagged
    return msgspec.msgpack.Ext(code, written(cell).encode())


def _unpack(code: int, data: memoryview) -> Cell:
    return _UNPACKED[code](bytes(data).decode())


def number_cell(text: str) -> int | float | None:
    """Return the number that a sheet holds as this text, None where it is none. Whole ones of 15 digits are exact."""
    digits = text.removeprefix("-")
    if digits.isdecimal() and digits.isascii() and len(digits) <= 15:
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
