"""The row on which a model stumbles is found."""

import numpy as np
import pytest

from worker.inspection.asking import ask
from worker.inspection.refusal import Refused
from worker.models.answers import Answers
from worker.tables.table import Table


class Doubling:
    """A model that cannot answer some numbers, or not so many rows at once."""

    def __init__(self, wrong: float = np.nan, rows_max: int = 1_000) -> None:
        self._wrong = wrong
        self._rows_max = rows_max

    def predict(self, table: Table) -> Answers:
        column = table.columns[0]
        if self._wrong in column or table.row_count > self._rows_max:
            raise ZeroDivisionError
        with np.errstate(over="ignore"):
            return Answers(column * 2)


def numbers(*values: float) -> Table:
    return Table.from_matrix(np.array(values, dtype=np.float64).reshape(-1, 1))


def test_answers_are_returned():
    assert ask(Doubling(), numbers(1, 2)).predictions.tolist() == [2, 4]


@pytest.mark.parametrize("place", [0, 3, 6])
def test_the_row_that_raises_is_named(place):
    values = [1.0] * 7
    values[place] = 5.0
    with pytest.raises(Refused, match=rf"cannot answer row {place + 1} of the reference data: ZeroDivisionError"):
        ask(Doubling(wrong=5.0), numbers(*values))


def test_rows_that_raise_only_together_are_no_single_row():
    with pytest.raises(Refused, match="cannot answer the reference data: ZeroDivisionError") as refused:
        ask(Doubling(rows_max=3), numbers(1, 2, 3, 4))
    assert refused.value.facts == {"row": 0}


def test_an_infinite_answer_is_named():
    with pytest.raises(Refused, match="answers row 2 of the reference data with what is not a finite number"):
        ask(Doubling(), numbers(1, 1e308))


def test_a_lack_of_memory_is_not_the_models_answer():
    class Hungry:
        def predict(self, table: Table) -> Answers:
            raise MemoryError

    with pytest.raises(MemoryError):
        ask(Hungry(), numbers(1))
