"""A model whose answers do not follow from the row alone is refused with both answers."""

import numpy as np
import pytest

from worker.contract.report import Latency
from worker.inspection.constancy import Constancy, constancy
from worker.inspection.refusal import Refused
from worker.models.answers import Answers
from worker.tables.table import Table

ROWS = Table.from_matrix(np.random.default_rng(0).random((50, 2)))
LATENCY = (Latency(rows=100, p50_ms=1.0, p99_ms=1.0),)


class Same:
    def predict(self, table: Table) -> Answers:
        return Answers(table.columns[0] * 2)


class Rounds:
    """Answers larger batches with another last bit, as matrix products do."""

    def predict(self, table: Table) -> Answers:
        return Answers(table.columns[0] * (1 + 1e-12 * table.row_count))


class Random:
    def __init__(self) -> None:
        self._generator = np.random.default_rng(0)

    def predict(self, table: Table) -> Answers:
        said = self._generator.choice(["a", "b"], table.row_count).astype(object)
        return Answers(said, labels=("a", "b"))


class Compares:
    """Answers by how a row compares with its neighbours in the batch."""

    def predict(self, table: Table) -> Answers:
        return Answers(table.columns[0] - table.columns[0].mean())


class Counts:
    """Answers otherwise each time it is asked."""

    calls = 0

    def predict(self, table: Table) -> Answers:
        self.calls += 1
        return Answers(np.full(table.row_count, float(self.calls)))


@pytest.mark.parametrize("model", [Same(), Rounds()])
def test_the_same_answers_up_to_rounding_are_constant(model):
    assert constancy(model, ROWS, LATENCY) is Constancy.ALWAYS


@pytest.mark.parametrize("model", [Random(), Counts()])
def test_answers_drawn_at_random_are_refused(model):
    with pytest.raises(Refused, match=r"^The model answers the same row differently each time: .+, then .+\.$"):
        constancy(model, ROWS, LATENCY)


def test_answers_that_hang_on_the_neighbours_are_refused():
    with pytest.raises(Refused, match=r"otherwise alone than among others: 0\.0 instead of"):
        constancy(Compares(), ROWS, LATENCY)
