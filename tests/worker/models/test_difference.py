"""What is counted as another answer, and how far apart answers are."""

import numpy as np
import pytest

from worker.models.answers import Answers
from worker.models.difference import compare_answers

LABELS = ("no", "yes")


def classes(*predictions: str, yes: tuple[float, ...] | None = None) -> Answers:
    probabilities = None if yes is None else np.array([[1 - p, p] for p in yes], dtype=np.float32)
    return Answers(np.array(predictions), probabilities, LABELS)


def test_equal_answers_do_not_differ():
    found = compare_answers(classes("yes", "no", yes=(0.9, 0.2)), classes("yes", "no", yes=(0.9, 0.2)))
    assert (found.rows, found.different, found.gap_sum, found.gap_max) == (2, 0, 0, 0)


def test_another_label_is_counted_and_its_probability_is_the_gap():
    found = compare_answers(classes("no", "no", yes=(0.4, 0.2)), classes("yes", "no", yes=(0.7, 0.1)))
    assert (found.rows, found.different) == (2, 1)
    assert found.gap_sum == pytest.approx(0.3 + 0.1, abs=1e-6)
    assert found.gap_max == pytest.approx(0.3, abs=1e-6)


def test_without_probabilities_another_label_is_a_whole_gap():
    found = compare_answers(classes("no", "yes"), classes("yes", "yes"))
    assert (found.different, found.gap_sum, found.gap_max) == (1, 1, 1)


def test_numbers_differ_beyond_one_percent():
    found = compare_answers(Answers(np.array([100.0, 0.0, 102.0])), Answers(np.array([100.5, 0.0, 100.0])))
    assert (found.rows, found.different, found.gap_sum, found.gap_max) == (3, 1, 2.5, 2.0)
