"""Drift is called changed when it is both more than chance and large; each figure is over the bins that it says."""

import math

import msgspec
import numpy as np
import pytest

from tests.worker.stats.samples import (
    category_column,
    category_reference,
    number_column,
    number_reference,
)
from worker.contract.monitoring import CauseKind, FeatureDrift
from worker.contract.profile import ColumnProfile
from worker.stats.columns import Column
from worker.stats.drift import Reference, drift, ranked

RNG = np.random.default_rng(0)
REFERENCE = number_reference(RNG.normal(size=5_000))


def one(reference: Reference, column: Column) -> FeatureDrift:
    (found,) = drift([reference], {reference.profile.name: column})
    return found


def test_columns_without_values_or_reference_are_left_out():
    empty = Reference.of(ColumnProfile(name="empty", count=0, missing=9))
    columns = {"empty": number_column([1]), "carat": number_column([math.nan]), "else": number_column([1])}
    assert drift([empty, REFERENCE], columns) == ()


def test_the_same_distribution_is_not_changed():
    found = one(REFERENCE, number_column(RNG.normal(size=1_000)))
    assert not found.is_changed
    assert found.psi < found.floor
    assert (found.bins, found.test, found.rows, found.reference_rows) == (10, "ks", 1_000, 5_000)
    assert sum(found.counts) == 1_000


def test_half_a_standard_deviation_is_changed_and_measured():
    found = one(REFERENCE, number_column(RNG.normal(size=1_000) + 0.5))
    assert found.is_changed
    assert found.wasserstein == pytest.approx(0.5, abs=0.1)
    assert found.median == pytest.approx(0.5, abs=0.1)
    assert found.reference_median == pytest.approx(0, abs=0.1)
    assert found.top in {0, 9}
    assert [cause.kind for cause in found.causes] == [CauseKind.SHIFT]


def test_a_small_change_in_many_rows_is_significant_and_not_changed():
    reference = number_reference(RNG.normal(size=50_000))
    found = one(reference, number_column(RNG.normal(size=20_000) + 0.05))
    assert found.is_significant
    assert not found.is_changed


def test_few_different_numbers_are_tested_by_their_counts():
    reference = number_reference(RNG.integers(0, 4, 2_000))
    found = one(reference, number_column(RNG.integers(0, 3, 500)))
    assert (found.test, found.bins, found.is_changed) == ("chi_square", 4, True)


def test_a_constant_reference_has_no_distance_in_standard_deviations():
    found = one(number_reference(np.ones(500)), number_column(np.ones(300)))
    assert (found.wasserstein, found.psi, found.p) == (None, 0, 1)


def test_categories_that_became_frequent_are_named():
    reference = category_reference(["ideal"] * 700 + ["fair"] * 300)
    found = one_cut(reference, ["ideal"] * 200 + ["fair"] * 300)
    assert (found.is_changed, found.wasserstein, found.median) == (True, None, None)
    assert found.causes[0].kind is CauseKind.CATEGORY
    assert abs(found.causes[0].offset) == pytest.approx(0.3)


def one_cut(reference: Reference, values: list[str]) -> FeatureDrift:
    return one(reference, category_column(values))


def test_a_new_category_is_drift_where_the_reference_is_known_whole():
    found = one_cut(category_reference(["a"] * 900 + ["b"] * 100), ["a"] * 400 + ["new"] * 100)
    assert found.is_changed
    assert found.counts == (400, 0, 100)
    assert found.causes[0].value == "new"


def test_one_unseen_value_among_many_is_none():
    found = one_cut(category_reference(["a"] * 9_000 + ["b"] * 1_000), ["a"] * 9_000 + ["b"] * 999 + ["new"])
    assert not found.is_significant


def test_many_rare_categories_are_no_drift():
    shares = 1 / np.arange(1, 201)
    names = np.array([f"category {place}" for place in range(200)])
    drawn = [RNG.choice(names, size, p=shares / shares.sum()).tolist() for size in (300, 5_000)]
    found = one_cut(category_reference(drawn[0]), drawn[1])
    assert not found.is_changed
    assert len(found.counts) == 51


def test_p_values_are_adjusted_for_the_number_of_columns():
    references = [number_reference(RNG.normal(size=900), f"column {place}") for place in range(20)]
    found = drift(references, {each.profile.name: number_column(RNG.normal(size=300)) for each in references})
    assert len(found) == 20
    assert all(each.q >= each.p * (1 - 1e-12) for each in found)


def test_drift_survives_the_journey():
    found = one(REFERENCE, number_column(RNG.normal(size=300) * 1_000))
    assert msgspec.json.decode(msgspec.json.encode(found), type=FeatureDrift) == found


def test_drift_of_what_matters_comes_first():
    changed = FeatureDrift(
        name="a", rows=1, reference_rows=1, bins=2, psi=0.5, floor=0, test="ks", statistic=0, p=1, q=1
    )
    other = msgspec.structs.replace(changed, name="b", psi=0.2)
    assert [each.name for each, _ in ranked([other, changed], {})] == ["a", "b"]
    assert [each.name for each, _ in ranked([changed, other], {"a": 0.1, "b": 0.9, "c": -1})] == ["b", "a"]
    assert ranked([changed], {"b": 1.0})[0][1] == pytest.approx(0.5)
