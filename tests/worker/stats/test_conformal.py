"""Half-widths hold as many further truths as they promise, and say so where they cannot."""

import math

import numpy as np
import pytest

from worker.stats.conformal import coverage, half_width


@pytest.mark.parametrize("level", [0.0, 1.0, 1.5])
def test_a_level_outside_of_0_and_1_is_an_error(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        half_width(np.ones(9), level)


def test_too_few_errors_promise_nothing():
    assert half_width(np.ones(8), 0.9) == math.inf
    assert half_width(np.arange(9.0), 0.9) == 8


def test_further_truths_are_held_as_often_as_promised():
    rng = np.random.default_rng(0)
    held = [abs(rng.standard_t(3)) <= half_width(rng.standard_t(3, 99), 0.9) for _ in range(2_000)]
    assert np.mean(held) == pytest.approx(0.9, abs=0.02)


def test_coverage_has_an_interval():
    found = coverage(np.zeros(100), np.r_[np.zeros(90), np.full(10, 5.0)], 1.0)
    assert (found.share, found.rows) == (0.9, 100)
    assert found.low < 0.9 < found.high


def test_coverage_of_no_truths_is_an_error():
    with pytest.raises(ValueError, match="at least one truth"):
        coverage(np.zeros(0), np.zeros(0), 1.0)
