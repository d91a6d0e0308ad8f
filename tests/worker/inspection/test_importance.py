"""What matters is found, what does not is called ignored, and time is kept."""

import time

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from worker.inspection import importance
from worker.inspection.importance import influence
from worker.models.answers import Answers
from worker.tables.table import Table

ROWS = np.random.default_rng(0).normal(size=(200, 4))
TRUTH = 3 * ROWS[:, 0] + ROWS[:, 1]
NAMES = ("much", "little", "none", "same")
KNOWN = np.arange(200)


class Fitted:
    """A linear model of the first two of four columns; the last is the same in all rows."""

    def __init__(self, wait_s: float = 0.0) -> None:
        self._model = LinearRegression().fit(ROWS[:, :2], TRUTH)
        self._wait_s = wait_s

    def predict(self, table: Table) -> Answers:
        time.sleep(self._wait_s)
        return Answers(self._model.predict(np.column_stack(table.columns[:2])))


def table() -> Table:
    matrix = ROWS.copy()
    matrix[:, 3] = 1.0
    return Table.from_matrix(matrix)


def loss(answers: Answers, rows) -> float:
    return float(np.sqrt(np.mean((answers.predictions - TRUTH[rows]) ** 2)))


def test_what_matters_more_has_more_importance():
    found = influence(Fitted(), table(), NAMES, KNOWN, loss)
    values = {each.feature: each.value for each in found.importance}
    assert values["much"] == pytest.approx(3 * np.sqrt(2), rel=0.15)
    assert values["little"] == pytest.approx(np.sqrt(2), rel=0.2)
    assert values["none"] == values["same"] == 0
    assert found.ignored == ("none",), "of a column whose values are alike nothing can be said"


def test_without_an_outcome_what_is_ignored_is_found_all_the_same():
    found = influence(Fitted(), table(), NAMES, KNOWN, None)
    assert (found.importance, found.ignored, found.unknown) == ((), ("none",), ())


@pytest.mark.alone
def test_a_slow_model_is_asked_less_and_what_remains_is_named(monkeypatch):
    monkeypatch.setattr(importance, "BUDGET_S", 0.25)
    started_s = time.perf_counter()
    found = influence(Fitted(wait_s=0.1), table(), NAMES, KNOWN, loss)
    assert time.perf_counter() - started_s < 2
    assert 0 < len(found.unknown) < 4


def test_columns_of_words_are_shuffled_as_well():
    words = Table((np.array(["a", "b"] * 50, dtype=object), np.arange(100)), 100)

    class Counts:
        def predict(self, table: Table) -> Answers:
            return Answers((table.columns[0] == "a").astype(np.float64))

    found = influence(Counts(), words, ("word", "number"), np.arange(100), None)
    assert found.ignored == ("number",)
