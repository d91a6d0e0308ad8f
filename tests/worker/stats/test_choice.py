"""Rows whose outcome is known: a fair sample of all, or not."""

import numpy as np
import pytest

from worker.models.answers import Answers
from worker.stats import choice

UNLIKELY = 0.002
"""What a look takes for a choice."""

TIMES = 500
AT_MOST = 6
"""Of so many fair samples, one in five hundred: of more than these the chance is below 1 in 10,000."""

COMMON_AND_RARE = (0.995, 0.005)
TAIL = np.arange(1, 51) ** -1.0


def answered(rng: np.random.Generator, rows: int, shares: np.ndarray) -> Answers:
    return Answers(rng.choice(len(shares), rows, p=shares / shares.sum()), None, tuple(range(len(shares))))


@pytest.mark.parametrize(
    ("rows", "known", "shares"),
    [
        (5000, 40, np.array([0.999, 0.001])),
        (1000, 30, np.array(COMMON_AND_RARE)),
        (1000, 40, np.array([0.981, *[0.001] * 19])),
        (1000, 50, TAIL),
        (500, 470, TAIL),
    ],
)
def test_a_fair_sample_is_not_accused_more_often_than_promised(rows, known, shares):
    rng = np.random.default_rng(7)
    accused = sum(
        choice.chance(answered(rng, rows, shares), rng.choice(rows, known, replace=False)) <= UNLIKELY
        for _ in range(TIMES)
    )
    assert accused <= AT_MOST


def test_a_fair_sample_of_numbers_many_of_which_are_equal():
    rng = np.random.default_rng(7)
    accused = 0
    for _ in range(TIMES):
        said = Answers(np.round(rng.random(1000) ** 3, 1), None, ())
        accused += choice.chance(said, rng.choice(1000, 30, replace=False)) <= UNLIKELY
    assert accused <= AT_MOST


def test_one_outcome_of_a_rare_label_is_no_choice():
    said = Answers(np.array([1, 1, *[0] * 998]), None, (0, 1))
    assert choice.chance(said, np.arange(31)[1:]) > UNLIKELY


def test_outcomes_asked_for_where_the_model_said_yes_are_found():
    rng = np.random.default_rng(7)
    said = answered(rng, 1000, np.array([0.8, 0.2]))
    weights = np.where(said.predictions == 1, 3.0, 1.0)
    known = rng.choice(1000, 200, replace=False, p=weights / weights.sum())
    assert choice.chance(said, known) <= UNLIKELY


def test_outcomes_of_the_largest_numbers_are_found():
    said = Answers(np.arange(500.0), None, ())
    assert choice.chance(said, np.arange(440, 500)) <= UNLIKELY


def test_one_answer_for_all_tells_nothing():
    assert choice.chance(Answers(np.zeros(100), None, ()), np.arange(40)) == 1.0
    assert choice.chance(Answers(np.array(["a"] * 100), None, ("a", "b")), np.arange(40)) == 1.0
