"""Intervals are those of the books, and hold what they claim."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from worker.stats import intervals


@given(st.integers(1, 500).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows))))
def test_the_interval_of_a_share_is_that_of_scipy(case):
    right, rows = case
    known = stats.binomtest(right, rows).proportion_ci(method="wilson")
    assert intervals.wilson(right, rows) == pytest.approx((known.low, known.high))


def test_the_interval_of_a_mean_is_near_that_of_the_normal_distribution():
    values = np.random.default_rng(1).normal(10, 2, 400)
    error = values.std() / math.sqrt(400)
    found = intervals.of_means(values[:, None], lambda means: means)
    assert found is not None
    assert found[0] == pytest.approx((values.mean() - 1.96 * error, values.mean() + 1.96 * error), abs=error / 4)


def test_above_twenty_thousand_rows_the_interval_goes_on_narrowing():
    values = np.random.default_rng(1).normal(10, 2, 200_000)
    found = intervals.of_means(values[:, None], lambda means: means)
    assert found is not None
    assert found[0][1] - found[0][0] == pytest.approx(2 * 1.96 * 2 / math.sqrt(200_000), rel=0.15)


def test_counting_cells_resamples_as_counting_rows_does():
    rows = np.repeat([1.0, 0.0], [70, 30])
    by_rows = intervals.of_means(rows[:, None], lambda means: means)
    by_cells = intervals.of_counts(np.array([70, 30]), lambda counts: counts[:, :1] / counts.sum(axis=1, keepdims=True))
    assert by_rows is not None
    assert by_cells is not None
    assert by_rows[0] == pytest.approx(by_cells[0], abs=0.02)
    assert by_cells[0] == pytest.approx(intervals.wilson(70, 100), abs=0.02)


def test_few_rows_have_no_resampled_interval():
    assert intervals.of_means(np.ones((29, 1)), lambda means: means) is None
    assert intervals.of_counts(np.array([29]), lambda counts: counts) is None


def test_the_same_rows_have_the_same_interval():
    values = np.random.default_rng(1).random((50, 2))
    assert intervals.of_means(values, lambda means: means) == intervals.of_means(values, lambda means: means)


def test_a_figure_that_cannot_be_negative_has_no_negative_end():
    assert intervals.reversed_about(0.03, (0.03, 0.08)) == pytest.approx((0.0, 0.03))
