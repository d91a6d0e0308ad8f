"""A profile gives back the distribution that it was made of, as finely as it kept it."""

import msgspec
import numpy as np
import pytest
from scipy import stats

from worker.stats.distribution import Distribution, is_of_few_values
from worker.stats.profile import of_numbers
from worker.stats.two_samples import kolmogorov_smirnov, wasserstein


def test_a_small_sample_is_kept_whole():
    values = np.random.default_rng(0).normal(size=300)
    found = Distribution.of_profile(of_numbers(values))
    assert (found.values == np.sort(values)).all()
    assert (found.rows, found.resolution) == (300, 0)


def test_a_large_sample_is_as_far_from_another_as_its_sketch_up_to_the_resolution():
    rng = np.random.default_rng(0)
    reference, current = rng.gamma(2, size=60_000), rng.gamma(2.1, size=5_000)
    found = Distribution.of_profile(of_numbers(reference))
    known = stats.ks_2samp(reference, current, method="asymp").statistic
    assert kolmogorov_smirnov(found, np.sort(current)) == pytest.approx(known, abs=found.resolution)
    known = stats.wasserstein_distance(reference, current)
    assert wasserstein(found, np.sort(current)) == pytest.approx(known, rel=0.01)


def test_few_values_are_kept_by_their_counts():
    profile = of_numbers(np.repeat([0.0, 1.0, 4.0], [700, 200, 100]))
    found = Distribution.of_profile(profile)
    assert is_of_few_values(profile)
    assert (found.values.tolist(), found.cumulative.tolist()) == ([0, 1, 4], [0.7, 0.9, 1.0])
    assert found.resolution == 0


def test_a_profile_of_an_older_version_is_known_by_its_percentiles():
    profile = msgspec.structs.replace(of_numbers(np.random.default_rng(0).normal(size=9_000)), sketch=())
    found = Distribution.of_profile(profile)
    assert not is_of_few_values(profile)
    assert (len(found.values), found.rows, found.resolution) == (100, 9_000, 0.01)


def test_equal_values_are_one_step():
    found = Distribution.of_values(np.array([2.0, 1.0, 2.0, 2.0]))
    assert found.reached.tolist() == [0.25, 1, 1, 1]
    assert found.before.tolist() == [0, 0.25, 0.25, 0.25]
