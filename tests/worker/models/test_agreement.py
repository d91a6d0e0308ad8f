"""What counts as agreement, and the sentence that says why not."""

import numpy as np
import pytest

from worker.models.agreement import compare
from worker.models.answers import Answers

LABELS = ("a", "b")


def classes(labels: str, first: list[float]) -> Answers:
    return Answers(np.array(list(labels)), np.array([[p, 1 - p] for p in first]), LABELS)


def numbers(*values: float) -> Answers:
    return Answers(np.array(values))


REFERENCE = classes("ab", [0.75, 0.25])


def test_equal_answers_agree():
    agreement = compare(REFERENCE, REFERENCE)
    assert agreement.agrees
    assert agreement.sentence == "ONNX gives the same labels in all 2 rows; probabilities differ by at most 0."


def test_another_label_is_counted():
    agreement = compare(classes("bb", [0.75, 0.25]), REFERENCE)
    assert not agreement.agrees
    assert agreement.sentence == "ONNX gives another label in 1 of 2 rows."
    assert agreement.facts["labels_different"] == 1


@pytest.mark.parametrize(("off", "agrees"), [(2e-6, True), (2e-5, False), (np.nan, False)])
def test_probabilities_may_differ_by_little(off: float, agrees: bool):
    agreement = compare(classes("ab", [0.75 + off, 0.25]), REFERENCE)
    assert agreement.agrees is agrees
    assert ("infinite" if np.isnan(off) else "probabilities") in agreement.sentence


def test_probabilities_near_zero_may_differ_by_the_floor():
    reference = classes("bb", [1e-12, 1e-12])
    assert compare(classes("bb", [9e-7, 0.0]), reference).agrees
    assert not compare(classes("bb", [2e-6, 0.0]), reference).agrees


def test_labels_alone_are_compared_where_there_are_no_probabilities():
    alone = Answers(np.array(["a"]), None, LABELS)
    assert compare(alone, alone).sentence == "ONNX gives the same label in all 1 rows."


def test_another_number_of_probabilities_or_rows_disagrees():
    narrow = Answers(REFERENCE.predictions, np.ones((2, 1)), LABELS)
    assert not compare(narrow, REFERENCE).agrees
    assert not compare(REFERENCE.slice(0, 1), REFERENCE).agrees


@pytest.mark.parametrize(
    ("value", "agrees"), [(1000.009, True), (1000.02, False), (999.98, False), (np.inf, False), (np.nan, False)]
)
def test_numbers_may_differ_by_a_share_of_their_value(value: float, agrees: bool):
    assert compare(numbers(value, 1.0), numbers(1000.0, 1.0)).agrees is agrees


def test_numbers_near_zero_may_differ_by_a_share_of_the_largest():
    assert compare(numbers(1000.0, 5e-5), numbers(1000.0, 0.0)).agrees
    assert not compare(numbers(1000.0, 5e-4), numbers(1000.0, 0.0)).agrees


def test_the_share_of_rows_that_differ_is_told():
    agreement = compare(numbers(1.0, 2.5, 3.0, 4.0), numbers(1.0, 2.0, 3.0, 4.0))
    assert "in 1 of 4 rows (25.0 %), at most by 0.5." in agreement.sentence
