"""Quality is what scikit-learn's own metrics say, and is silent where there is nothing to say."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from worker.contract.signature import Output, OutputKind
from worker.models.answers import Answers
from worker.stats.realised import measure

CLASSES = Output(kind=OutputKind.CLASS, name="kind", labels=("a", "b", "c"))
TWO = Output(kind=OutputKind.CLASS, name="kind", labels=("a", "b"))
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


def two_classes(rows: int) -> tuple[Answers, list[str]]:
    generator = np.random.default_rng(rows)
    truth = generator.integers(2, size=rows)
    probability = np.clip(generator.normal(0.3 + 0.4 * truth, 0.2), 0.01, 0.99)
    said = np.where(probability > 0.5, "b", "a").astype(object)
    answers = Answers(said, np.column_stack([1 - probability, probability]), ("a", "b"))
    return answers, np.array(["a", "b"], dtype=object)[truth].tolist()


def test_of_two_labels_the_second_is_the_positive_one():
    answers, truth = two_classes(200)
    found = {figure.name: figure for figure in measure(answers, truth, TWO)}
    assert answers.probabilities is not None
    score, came = answers.probabilities[:, 1], np.array(truth) == "b"
    assert found["f1"].value == pytest.approx(metrics.f1_score(truth, answers.predictions.tolist(), pos_label="b"))
    assert found["auc"].value == pytest.approx(metrics.roc_auc_score(came, score))
    assert found["brier"].value == pytest.approx(metrics.brier_score_loss(came, score))
    assert {found[name].label for name in ("f1", "auc", "brier", "calibration_error")} == {"b"}


def test_the_positive_label_may_be_chosen():
    answers, truth = two_classes(200)
    found = {figure.name: figure for figure in measure(answers, truth, TWO, positive=0)}
    expected = metrics.f1_score(truth, answers.predictions.tolist(), pos_label="a")
    assert found["f1"].label == "a"
    assert found["f1"].value == pytest.approx(expected)


def test_every_figure_has_an_interval_around_it_that_narrows_with_the_rows():
    wide = {figure.name: figure for figure in measure(*two_classes(100), TWO)}
    for figure in measure(*two_classes(10_000), TWO):
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high
        before = wide[figure.name]
        assert before.low is not None
        assert before.high is not None
        assert figure.high - figure.low < before.high - before.low


def test_few_rows_have_intervals_where_these_need_no_resampling():
    found = {figure.name: figure.low for figure in measure(*two_classes(20), TWO)}
    assert {name for name, low in found.items() if low is None} == {
        "balanced_accuracy", "macro_f1", "f1", "log_loss", "brier", "calibration_error",
    }  # fmt: skip


def test_number_figures_have_intervals():
    generator = np.random.default_rng(0)
    truth = generator.normal(5, 2, 500)
    found = measure(Answers(truth + generator.normal(0, 1, 500)), truth.tolist(), NUMBER)
    for figure in found:
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high
