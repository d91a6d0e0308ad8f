"""Scores are calibrated where that helps and where there is something to learn from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.worker.stats.classifiers import outcomes, sharpened
from worker.contract.monitoring import Isotonic
from worker.stats.recalibration import applied, expected_error, learned

RNG = np.random.default_rng(2)


@pytest.mark.parametrize(
    ("scores", "came"),
    [
        (np.linspace(0, 1, 50), np.ones(50, dtype=bool)),
        (np.linspace(0, 1, 12), np.arange(12) % 2 == 0),
        (np.linspace(0, 1, 200), np.arange(200) >= 100),
    ],
    ids=["one outcome", "few rows", "a perfect order"],
)
def test_where_nothing_can_be_learned_scores_are_left_alone(scores, came):
    assert learned(scores, came) is None
    assert applied(None, scores) is scores


def test_an_overconfident_classifier_is_calibrated():
    p, truth = outcomes(RNG, 5_000)
    scores = sharpened(p)[:, 1]
    found = applied(learned(scores, truth == 1), scores)
    assert np.abs(found - p[:, 1]).mean() < np.abs(scores - p[:, 1]).mean() / 3
    assert (np.diff(found[np.argsort(scores)]) >= 0).all()


def test_beyond_what_was_learned_probabilities_are_level():
    isotonic = Isotonic(scores=(0.2, 0.6), probabilities=(0.1, 0.5))
    assert applied(isotonic, np.array([0.0, 0.4, 0.9])).tolist() == pytest.approx([0.1, 0.3, 0.5])


def test_three_rows_have_no_calibration_error():
    with pytest.raises(ValueError, match="at least four rows, got 3"):
        expected_error(np.zeros(3), np.zeros(3, dtype=bool))


def test_what_is_always_half_and_comes_true_by_half_has_no_error():
    assert expected_error(np.full(40, 0.5), np.tile([True, False], 20)) == pytest.approx(0, abs=1e-12)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=4, max_size=80))
def test_the_error_is_between_0_and_1(rows):
    probability, came = (np.array(part) for part in zip(*rows, strict=True))
    assert 0 <= expected_error(probability, came) <= 1
