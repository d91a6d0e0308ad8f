"""Calibration bins count every row once, and their error is small where what is foretold comes true."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from worker.stats import calibration

PROBABILITIES = hnp.arrays(np.float64, st.integers(1, 200), elements=st.floats(0, 1))


@given(PROBABILITIES)
def test_every_row_is_in_one_bin_and_bins_are_in_order(probability):
    bins = calibration.bins(probability, probability > 0.5)
    assert sum(each.rows for each in bins) == len(probability)
    assert 1 <= len(bins) <= 10
    assert [each.foretold for each in bins] == sorted(each.foretold for each in bins)
    assert all(each.low <= each.observed <= each.high for each in bins)


def test_bins_hold_equally_many_rows():
    bins = calibration.bins(np.linspace(0, 1, 1000), np.ones(1000, dtype=bool))
    assert [each.rows for each in bins] == [100] * 10


def test_what_comes_true_as_foretold_has_a_small_error_and_what_does_not_a_large_one():
    generator = np.random.default_rng(0)
    probability = generator.random(20_000)
    came = generator.random(20_000) < probability
    error = np.abs(calibration.misses(probability, came).mean(axis=0)).sum()
    assert error < 0.01
    assert np.abs(calibration.misses(probability, ~came).mean(axis=0)).sum() == pytest.approx(0.5, abs=0.02)


def test_without_a_positive_label_it_is_about_the_foretold_class():
    probabilities = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])
    probability, came = calibration.foretold(probabilities, np.array([1, 2]), None)
    assert probability.tolist() == [0.5, 0.6]
    assert came.tolist() == [True, False]
    assert calibration.foretold(probabilities, np.array([1, 2]), 2)[1].tolist() == [False, True]
