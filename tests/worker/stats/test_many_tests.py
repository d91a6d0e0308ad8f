"""Adjusted p-values are SciPy's and those of the definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from worker.stats.many_tests import benjamini_hochberg, holm

P = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(P)
def test_adjusted_p_values_are_scipys(p):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p), abs=1e-12)


@given(P)
def test_the_least_p_counts_for_each_test(p):
    assert holm(p).min() == pytest.approx(min(1.0, min(p) * len(p)))
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()


@pytest.mark.parametrize("adjusted", [benjamini_hochberg, holm])
def test_what_is_no_test_counts_for_none(adjusted):
    found = adjusted([0.01, np.nan, 0.5])
    assert np.isnan(found[1])
    assert found[[0, 2]].tolist() == adjusted([0.01, 0.5]).tolist()


@pytest.mark.parametrize("adjusted", [benjamini_hochberg, holm])
def test_no_tests_have_no_p_values(adjusted):
    assert adjusted([]).tolist() == []
