"""Columns as a reader of files hands them over, made of text or of numbers, for tests."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from tests.worker.tables.signatures import signature
from worker.contract.errors import RowProblem
from worker.contract.signature import Feature, Signature
from worker.tables.bulk import BulkReader, Checked
from worker.tables.reader import DOUBLE_MAX


@dataclass(frozen=True)
class GivenCells:
    """Cells with what a test says of them."""

    written: pl.Series
    numbers: pl.Series | None = None
    exact: bool = False

    def text(self) -> pl.Series:
        return self.written


def texts(*cells: str) -> GivenCells:
    """Return a column of which only the text is known."""
    return GivenCells(pl.Series(cells, dtype=pl.String))


def parsed(*cells: str) -> GivenCells:
    """Return a column of which a CSV reader has read the numbers too."""
    written = pl.Series(cells, dtype=pl.String)
    return GivenCells(written, written.cast(pl.Float64, strict=False))


def typed(*values: float | None) -> GivenCells:
    """Return a column as Parquet has it."""
    numbers = pl.Series(values, dtype=pl.Float64)
    return GivenCells(numbers.cast(pl.String).fill_null(""), numbers, exact=True)


def check(made: Signature, *columns: GivenCells | None, rows: int | None = None, **more: Any) -> Checked:
    """Check a block that begins in line 2; more is for the reader."""
    row_count = next(len(column.written) for column in columns if column is not None) if rows is None else rows
    reader = BulkReader(made, **{"number_max": DOUBLE_MAX, **more})
    return reader.check(columns, range(2, 2 + row_count))


def values_of(checked: Checked) -> list[list[Any]]:
    """Return the columns of the table as lists, NaN as None."""
    return [[None if cell != cell else cell for cell in column.tolist()] for column in checked.table.columns]  # noqa: PLR0124  # NaN


def problem_of(feature: Feature, cell: str, **more: Any) -> RowProblem:
    """Return the only problem of a cell."""
    checked = check(signature(feature), texts(cell), **more)
    (found,) = checked.problems[0]
    return found
