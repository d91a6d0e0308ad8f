"""Distances and p-values are SciPy's, on samples with and without ties; tests err as often as they say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance

from worker.stats import two_samples
from worker.stats.distribution import Distribution

VALUES = st.lists(st.one_of(st.integers(-3, 3).map(float), st.floats(-1e3, 1e3)), min_size=1, max_size=40)
COUNTS = st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any)


@pytest.mark.filterwarnings("ignore:divide by zero")  # SciPy's p-value of samples of one row, which is not looked at
@given(VALUES, VALUES)
def test_the_largest_distance_of_distribution_functions_is_scipys(reference, current):
    found = two_samples.kolmogorov_smirnov(Distribution.of_values(np.array(reference)), np.sort(current))
    assert found == pytest.approx(stats.ks_2samp(reference, current, method="asymp").statistic, abs=1e-12)


@given(VALUES, VALUES)
def test_the_wasserstein_distance_is_scipys(reference, current):
    found = two_samples.wasserstein(Distribution.of_values(np.array(reference)), np.sort(current))
    assert found == pytest.approx(stats.wasserstein_distance(reference, current), rel=1e-9, abs=1e-9)


def test_the_wasserstein_distance_is_exact_far_from_zero():
    rng = np.random.default_rng(0)
    reference, current = 1e9 + rng.normal(size=999), 1e9 + rng.normal(size=5_000) + 0.1
    found = two_samples.wasserstein(Distribution.of_values(reference), np.sort(current))
    assert found == pytest.approx(stats.wasserstein_distance(reference - 1e9, current - 1e9), abs=1e-6)


@pytest.mark.parametrize(("rows", "reference_rows"), [(5, 7), (30, 2_000), (20_000, 300)])
def test_p_of_the_distance_is_scipys(rows, reference_rows):
    rng = np.random.default_rng(1)
    reference, current = rng.normal(size=reference_rows), rng.normal(size=rows) + 0.1
    known = stats.ks_2samp(reference, current, method="asymp")
    assert two_samples.kolmogorov_p(known.statistic, rows, reference_rows) == pytest.approx(known.pvalue, abs=1e-9)


@given(COUNTS, COUNTS)
def test_the_jensen_shannon_distance_is_scipys_and_symmetric(reference, current):
    found = two_samples.jensen_shannon(reference, current)
    # Of nearly equal counts SciPy takes the root of what rounding left, which may be below zero.
    assert found == pytest.approx(np.nan_to_num(distance.jensenshannon(reference, current)), abs=1e-7)
    assert found == pytest.approx(two_samples.jensen_shannon(current, reference), abs=1e-7)


def test_the_test_of_counts_is_scipys_of_homogeneity():
    found = two_samples.chi_square([10, 20, 30, 0], [15, 15, 20, 0])
    known = stats.chi2_contingency([[10, 20, 30], [15, 15, 20]], correction=False)
    assert found == pytest.approx((known.statistic, known.pvalue))


@pytest.mark.parametrize(("reference", "current"), [([5, 0], [7, 0]), ([0, 0], [1, 2])])
def test_counts_that_cannot_differ_do_not(reference, current):
    assert two_samples.chi_square(reference, current) == (0.0, 1.0)


def test_one_unseen_value_in_many_rows_is_no_drift():
    assert two_samples.chi_square([500_000, 500_000, 0], [499_800, 500_200, 1]).p > 0.1
