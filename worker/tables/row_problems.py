"""The problems of a block, told when somebody asks: of most wrong rows nobody does."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.contract.errors import ProblemCode, RowProblem
from worker.tables.bulk_columns import ColumnJudge
from worker.tables.cells import Cells
from worker.tables.errors import Tally
from worker.tables.judged import Mask
from worker.tables.problems import PER_ROW_MAX
from worker.tables.row_sentences import SEPARATOR, sentence
from worker.tables.values import Unfit
from worker.tables.wording import printable, shown
from worker.tables.wrong_lengths import WrongLengths

_REMEMBERED_MAX: Final = 1_000
"""So many different wrong texts of a column are explained once; memory for more costs more than it saves."""


class WrongColumn:
    """A column with wrong cells. The nearest of unknown categories cost at most about so many `comparisons`."""

    def __init__(self, judge: ColumnJudge, cells: Cells | None, wrong: Mask, comparisons: int) -> None:
        self.name = printable(judge.feature.name)
        self.name_shown = shown(judge.feature.name)
        self.feature = judge.feature.name
        self.wrong = wrong
        self._judge = judge
        self._cells = cells
        self._suggested_max = max(1, comparisons // max(1, len(judge.feature.categories or ())))
        self._known: dict[str, Unfit] = {}

    def unfit(self, row: int) -> Unfit:
        """Return what is wrong with the cell of a row in which this column is wrong."""
        cell = self.cell(row)
        unfit = self._known.get(cell) or self._explained(cell)
        if len(self._known) < _REMEMBERED_MAX:
            self._known[cell] = unfit
        return unfit

    def cell(self, row: int) -> str:
        """Return what is written in a row, "" where the file has no such column."""
        return "" if self._cells is None else self._text[row]

    def reasons(self, rows: Mask) -> Counter[str]:
        """Return how many of these rows, in all of which the column is wrong, are so for which reason."""
        places = np.flatnonzero(rows).tolist()
        if self._cells is None:
            return Counter({ProblemCode.MISSING.value: len(places)})
        found: Counter[str] = Counter()
        for cell, count in Counter(self._text[row] for row in places).items():
            found[(self._known.get(cell) or self._explained(cell)).code.value] += count
        return found

    def _explained(self, cell: str) -> Unfit:
        if self._cells is None:
            return Unfit(ProblemCode.MISSING, "has no column in the file", {"kind": "column"})
        try:
            value = self._judge.check(cell, suggests=cell in self._suggested)
        except Unfit as unfit:
            return unfit.with_traceback(None)  # which would keep its frames alive
        msg = f"The column says that {shown(cell)} is wrong for {self.name_shown}, the cell says {value!r}"
        raise AssertionError(msg)

    @cached_property
    def _text(self) -> list[str]:
        assert self._cells is not None, "A column that is absent has no text"
        return self._cells.text().to_list()

    @cached_property
    def _suggested(self) -> frozenset[str]:
        """The first of the wrong texts, so many that the nearest known ones may be looked for."""
        first: dict[str, None] = {}
        for row in np.flatnonzero(self.wrong).tolist():
            first[self._text[row]] = None
            if len(first) == self._suggested_max:
                break
        return frozenset(first)


class RowProblems(Mapping[int, tuple[RowProblem, ...]]):
    """The problems of each wrong row, by its index in the block, at most `PER_ROW_MAX` of a row."""

    def __init__(
        self, columns: Sequence[WrongColumn], lengths: WrongLengths, rows: npt.NDArray[np.intp], lines: Sequence[int]
    ) -> None:
        self._columns = columns
        self._lengths = lengths
        self._rows = rows
        self._lines = lines

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows.tolist())

    def __getitem__(self, row: int) -> tuple[RowProblem, ...]:
        if row in self._lengths.found:
            return (self._of_length(row, self._lengths.found[row]),)
        wrong = self._wrong(row)
        if not wrong:
            raise KeyError(row)
        return tuple(self._problem(self._columns[position], row) for position in wrong)

    def tally(self) -> Tally:
        """Return how many rows are wrong, and by which feature for what reason."""
        reasons: dict[tuple[str, str], int] = {}
        if self._lengths.found:
            reasons["", ProblemCode.WRONG_LENGTH.value] = len(self._lengths.found)
        for column in self._columns:
            rows = column.wrong.copy()
            rows[[row for row in self._lengths.found if row < len(rows)]] = False
            reasons |= {(column.feature, code): count for code, count in column.reasons(rows).items() if count}
        return Tally(len(self), reasons)

    def sentences(self, phrases: Mapping[str, str]) -> Iterator[str]:
        """Yield what stands beside each wrong row, in order: `row_sentences.sentences`, quicker for a whole block."""
        known: list[dict[str, str]] = [{} for _ in self._columns]
        for row in self:
            if row in self._lengths.found:
                yield sentence(self._of_length(row, self._lengths.found[row]), phrases)
                continue
            said = []
            for position in self._wrong(row):
                column, sentences = self._columns[position], known[position]
                cell = column.cell(row)
                if cell not in sentences:
                    sentences[cell] = sentence(self._problem(column, row), phrases)
                said.append(sentences[cell])
            yield SEPARATOR.join(said)

    def _wrong(self, row: int) -> list[int]:
        """Return the positions of the columns in which a row is wrong, so many as are told."""
        return [
            position
            for position, column in enumerate(self._columns)
            if 0 <= row < len(column.wrong) and column.wrong[row]
        ][:PER_ROW_MAX]

    def _problem(self, column: WrongColumn, row: int) -> RowProblem:
        unfit, line = column.unfit(row), self._lines[row]
        return RowProblem(
            row=line,
            feature=column.name,
            code=unfit.code,
            message=f"Feature {column.name_shown} in line {line} {unfit.what}.",
            facts=unfit.facts,
        )

    def _of_length(self, row: int, length: int) -> RowProblem:
        line, expected = self._lines[row], self._lengths.expected
        if not length:
            return RowProblem(
                row=line,
                feature=None,
                code=ProblemCode.WRONG_LENGTH,
                message=f"Line {line} cannot be read: it is not a JSON object.",
                facts={"kind": "unreadable"},
            )
        return RowProblem(
            row=line,
            feature=None,
            code=ProblemCode.WRONG_LENGTH,
            message=f"Line {line} has {length:,} cells, and the file has {expected:,} columns.",
            facts={"kind": "", "length": length, "expected": expected},
        )
