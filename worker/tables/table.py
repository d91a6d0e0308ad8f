"""Rows as columns of numpy, in the order of the signature."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Matrix = npt.NDArray[np.float64]


class Table:
    """Columns of equal length. A table of numbers alone also has them as one `matrix`, of which the columns are views.

    Number columns are float64 with NaN for missing; integers int64, or float64 where they may be missing; booleans
    bool, or objects with None where they may be missing; categories and text are objects of str or None.
    """

    __slots__ = ("_columns", "matrix", "row_count")

    def __init__(self, columns: tuple[Column, ...], row_count: int) -> None:
        self._columns: tuple[Column, ...] | None = columns
        self.row_count = row_count
        self.matrix: Matrix | None = None

    @classmethod
    def from_matrix(cls, matrix: Matrix) -> Self:
        """Return a table of float64 columns; they are cut out of the matrix only when somebody asks for them."""
        table = cls((), len(matrix))
        table._columns = None  # its own class
        table.matrix = matrix
        return table

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in the order of the signature."""
        if self._columns is None:
            assert self.matrix is not None, "A table has columns or a matrix"
            self._columns = tuple(self.matrix.T)
        return self._columns

    @classmethod
    def concatenate(cls, tables: Sequence["Table"]) -> "Table":
        """Return one table with the rows of all, in order. They must be of one signature."""
        if len(tables) == 1:
            return tables[0]
        matrices = [table.matrix for table in tables if table.matrix is not None]
        if len(matrices) == len(tables):
            return cls.from_matrix(np.concatenate(matrices))
        columns = tuple(np.concatenate(parts) for parts in zip(*(table.columns for table in tables), strict=True))
        return cls(columns, sum(table.row_count for table in tables))

    def only(self, mask: npt.NDArray[np.bool_]) -> "Table":
        """Return the rows for which the mask is true."""
        if mask.all():
            return self
        if self.matrix is not None:
            return Table.from_matrix(self.matrix[mask])
        return Table(tuple(column[mask] for column in self.columns), int(np.count_nonzero(mask)))

    def slice(self, start: int, stop: int) -> "Table":
        """Return the rows from start up to stop."""
        if self.matrix is not None:
            return Table.from_matrix(self.matrix[start:stop])
        return Table(tuple(column[start:stop] for column in self.columns), min(stop, self.row_count) - start)
