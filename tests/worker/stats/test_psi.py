"""The index is symmetric, finite with empty bins, and its floor is what chance reaches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.stats import psi

COUNTS = st.lists(st.integers(0, 1_000), min_size=2, max_size=20).filter(any)


@pytest.mark.parametrize(("reference", "current"), [([0, 0], [1, 2]), ([1, 2], [0, 0])])
def test_a_side_without_rows_is_an_error(reference, current):
    with pytest.raises(ValueError, match=r"needs rows on both sides, got counts \[0.0, 0.0\]"):
        psi.psi(reference, current)


@given(COUNTS)
def test_equal_counts_have_the_index_zero(counts):
    assert psi.psi(counts, counts) == 0


@given(COUNTS, st.randoms(use_true_random=False))
def test_the_index_is_symmetric_finite_and_not_negative(counts, random):
    other = random.sample(counts, len(counts))
    assert psi.psi(counts, other) == pytest.approx(psi.psi(other, counts))
    assert 0 <= psi.psi(counts, other) < np.inf


def test_the_index_is_that_of_the_definition():
    assert psi.psi([50, 50], [75, 25]) == pytest.approx(0.25 * np.log(1.5) - 0.25 * np.log(0.5))


def test_an_empty_bin_counts_as_a_ten_thousandth():
    assert psi.psi([50, 50], [100, 0]) == pytest.approx(0.5 * np.log(2) + 0.4999 * np.log(0.5 / 0.0001))


def test_an_empty_bin_beside_a_rarer_one_counts_as_a_millionth_of_that():
    found = psi.parts([99_999, 1, 0], [1, 1, 1])[2]
    assert found == pytest.approx((1e-11 - 1 / 3) * np.log(1e-11 * 3))


@pytest.mark.parametrize(("rows", "reference_rows", "bins"), [(500, 500, 10), (200, 10_000, 10), (1_000, 300, 4)])
def test_one_of_a_hundred_samples_is_above_the_floor(rows, reference_rows, bins):
    rng = np.random.default_rng(5)
    shares = np.full(bins, 1 / bins)
    pairs = zip(rng.multinomial(reference_rows, shares, 4_000), rng.multinomial(rows, shares, 4_000), strict=True)
    above = np.mean([psi.psi(*pair) > psi.noise_floor(rows, reference_rows, bins) for pair in pairs])
    assert 0.005 < above < 0.018


@pytest.mark.parametrize(("rows", "reference_rows", "bins"), [(0, 5, 5), (5, 0, 5), (5, 5, 1)])
def test_nothing_to_compare_has_no_floor(rows, reference_rows, bins):
    assert psi.noise_floor(rows, reference_rows, bins) == 0


@given(COUNTS, st.randoms(use_true_random=False))
def test_joined_bins_hold_every_bin_once_in_order(counts, random):
    reference, current = np.array(counts), np.array(random.sample(counts, len(counts)))
    groups = psi.joined(reference, current)
    assert np.concatenate(groups).tolist() == list(range(len(counts)))
    if len(groups) > 1:
        assert min(psi.over(groups, reference) + psi.over(groups, current)) >= 10


def test_thirty_rows_have_fewer_bins_than_ten():
    assert len(psi.joined(np.full(10, 1_000), np.full(10, 3))) == 5


@given(COUNTS, st.randoms(use_true_random=False), st.integers(0, 9))
def test_pooled_categories_hold_every_category_that_occurs_once(counts, random, cut):
    reference, current = np.array([*counts, 0]), np.array([*random.sample(counts, len(counts)), 3])
    groups = psi.pooled(reference, current, cut)
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(counts) + 1))


def test_categories_near_the_cut_of_the_reference_are_pooled():
    reference, current = np.array([500, 60, 50, 40, 900]), np.array([500, 60, 50, 40, 900])
    assert [group.tolist() for group in psi.pooled(reference, current, cut=40)] == [[0], [1, 2, 3, 4]]


def test_a_rest_that_expects_too_little_takes_the_rarest_category():
    reference, current = np.array([500, 300, 0]), np.array([500, 300, 2])
    assert [sorted(group.tolist()) for group in psi.pooled(reference, current, cut=0)] == [[0], [1, 2]]
