"""Quality is what scikit-learn's own metrics say, and is silent where there is nothing to say."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from worker.contract.signature import Output, OutputKind
from worker.inspection.quality import measure
from worker.models.answers import Answers

CLASSES = Output(kind=OutputKind.CLASS, name="kind", labels=("a", "b", "c"))
NUMBER = Output(kind=OutputKind.NUMBER, name="price", unit="US dollars")


def figures(answers: Answers, truth: list[Any], output: Output) -> dict[str, float]:
    return {figure.name: figure.value for figure in measure(answers, truth, output)}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("ab")), min_size=1))
def test_class_figures_are_those_of_scikit_learn(pairs):
    said, truth = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = figures(Answers(np.array(said, dtype=object), labels=("a", "b", "c")), truth, CLASSES)
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, said))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(truth, said, average="macro"))
    if set(truth) == {"a", "b"}:
        assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(truth, said))


def test_log_loss_is_that_of_scikit_learn():
    probabilities = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]])
    answers = Answers(np.array(["a", "b", "c"], dtype=object), probabilities, ("a", "b", "c"))
    truth = ["a", "c", "b"]
    expected = metrics.log_loss(truth, probabilities, labels=["a", "b", "c"])
    assert figures(answers, truth, CLASSES)["log_loss"] == pytest.approx(expected)


def test_a_certain_mistake_has_a_finite_log_loss():
    answers = Answers(np.array(["a"], dtype=object), np.array([[1.0, 0.0, 0.0]]), ("a", "b", "c"))
    assert 30 < figures(answers, ["b"], CLASSES)["log_loss"] < 40


def test_number_figures_are_those_of_scikit_learn():
    said, truth = np.array([1.0, 2.5, 3.0]), [1.0, 2.0, 5.0]
    found = figures(Answers(said), truth, NUMBER)
    assert found["r2"] == pytest.approx(metrics.r2_score(truth, said))
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(truth, said))
    assert found["rmse"] == pytest.approx(metrics.root_mean_squared_error(truth, said))


def test_equal_truths_have_no_explained_variance():
    assert set(figures(Answers(np.array([1.0, 2.0])), [1.0, 1.0], NUMBER)) == {"mae", "rmse"}
