"""Whole blocks of a file's rows against one signature, with the same meaning as rows of a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.contract.signature import Signature
from worker.tables.bulk_columns import ColumnJudge
from worker.tables.cells import Cells
from worker.tables.columns import is_all_numbers
from worker.tables.judged import Judged, Mask
from worker.tables.row_problems import RowProblems, WrongColumn
from worker.tables.table import Column, Matrix, Table
from worker.tables.written_cells import has_list
from worker.tables.wrong_lengths import NO_WRONG_LENGTHS, WrongLengths

COMPARISONS_MAX: Final = 20_000
"""So many categories are compared for the nearest ones of a block, shared out among its features."""

_ROWS_AT_ONCE: Final = 4_096
"""So many rows of all columns stay in the processor's cache while they are turned into rows of a matrix."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A block: the table of the rows that can be answered, in order, and what is wrong with the others.

    `answerable` and `unusual` have an entry for each row of the block, `problems` has the wrong rows by their index.
    A row is `unusual` if it can be answered and has a number outside the range of the reference data.
    """

    table: Table
    answerable: Mask
    problems: RowProblems
    unusual: Mask
    _outside: tuple[tuple[str, Mask], ...]

    def unusual_features(self, index: int) -> tuple[str, ...]:
        """Return the features whose number in this row is outside the range of the reference data."""
        return tuple(name for name, mask in self._outside if mask[index]) if self.unusual[index] else ()


class BulkReader:
    """Checks blocks of rows of one signature; made once for each job. `decimal` is the decimal mark of the file."""

    def __init__(self, signature: Signature, *, number_max: float, decimal: str = ".") -> None:
        self._judges = [ColumnJudge(feature, number_max=number_max, decimal=decimal) for feature in signature.features]
        self._comparisons = COMPARISONS_MAX // max(1, sum(map(has_list, signature.features)))
        self._all_numbers = is_all_numbers(signature)

    def check(
        self,
        columns: Sequence[Cells | None],
        lines: Sequence[int],
        wrong_lengths: WrongLengths = NO_WRONG_LENGTHS,
    ) -> Checked:
        """Check a block; `columns[i]` gives feature i of the signature, None where the file has no such column.

        `lines` has the line of each row.
        """
        row_count = len(lines)
        judged = [
            judge.absent(row_count) if cells is None else judge.judge(cells)
            for judge, cells in zip(self._judges, columns, strict=True)
        ]
        answerable = _answerable(judged, wrong_lengths, row_count)
        wrong = [
            WrongColumn(judge, cells, column.wrong, self._comparisons)
            for judge, cells, column in zip(self._judges, columns, judged, strict=True)
            if column.wrong is not None
        ]
        problems = RowProblems(wrong, wrong_lengths, np.flatnonzero(~answerable), lines)
        outside = [
            (judge.feature.name, column.outside)
            for judge, column in zip(self._judges, judged, strict=True)
            if column.outside is not None
        ]
        unusual = np.zeros(row_count, np.bool_)
        for _, mask in outside:
            unusual |= mask
        return Checked(self._table(judged, answerable), answerable, problems, unusual & answerable, tuple(outside))

    def _table(self, judged: Sequence[Judged], answerable: Mask) -> Table:
        columns = [column.values for column in judged]
        if not answerable.all():
            columns = [values[answerable] for values in columns]
        if self._all_numbers:
            return Table.from_matrix(_matrix(columns))
        finished = (judge.finished(values) for judge, values in zip(self._judges, columns, strict=True))
        return Table(tuple(finished), int(np.count_nonzero(answerable)))


def _answerable(judged: Sequence[Judged], wrong_lengths: WrongLengths, row_count: int) -> Mask:
    answerable = np.ones(row_count, np.bool_)
    for column in judged:
        if column.wrong is not None:
            answerable &= ~column.wrong
    if wrong_lengths.found:
        answerable[list(wrong_lengths.found)] = False
    return answerable


def _matrix(columns: Sequence[Column]) -> Matrix:
    """Return the columns as one matrix, row after row in memory, as engines take it."""
    row_count = len(columns[0])
    matrix = np.empty((row_count, len(columns)))
    for start in range(0, row_count, _ROWS_AT_ONCE):
        stop = start + _ROWS_AT_ONCE
        matrix[start:stop] = np.array([column[start:stop] for column in columns]).T
    return matrix
