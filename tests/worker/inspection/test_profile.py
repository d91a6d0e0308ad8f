"""A profile counts every value once, survives its journey, and holds no row."""

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.registry.profiles import PROFILE_BYTES_MAX
from worker.contract.profile import Profile
from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature
from worker.inspection.profile import profile
from worker.models.answers import Answers
from worker.stats.profile import of_categories, of_numbers

NUMBERS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200)


@given(NUMBERS)
def test_every_number_falls_into_one_bin(numbers):
    values = np.array(numbers)
    found = of_numbers(values)
    assert sum(found.counts) == len(values)
    assert len(found.counts) == len(found.edges) + 1 <= 10
    assert all(found.counts), "a bin of the reference that expects nothing would make any drift infinite"
    assert list(found.edges) == sorted(set(found.edges))
    assert (found.percentiles[0], found.percentiles[-1]) == (values.min(), values.max())


def test_bins_hold_a_tenth_each():
    found = of_numbers(np.arange(1000.0))
    assert set(found.counts) == {100}
    assert found.percentiles[50] == pytest.approx(499.5)
    assert found.sd == pytest.approx(np.arange(1000).std(ddof=1))


def test_few_different_numbers_have_a_bin_each():
    found = of_numbers(np.array([1.0, 1.0, 2.0, 5.0]))
    assert (found.edges, found.counts) == ((1.0, 2.0), (2, 1, 1))


@given(st.lists(st.text(max_size=3), min_size=1, max_size=200))
def test_every_category_is_counted(words):
    found = of_categories(pl.Series("kind", words))
    assert sum(found.counts) + found.other == len(words)
    assert found.distinct == len(set(words))
    assert dict(zip(found.values, found.counts, strict=True)).items() <= {w: words.count(w) for w in words}.items()


def test_of_many_categories_the_frequent_ones_are_kept():
    found = of_categories(pl.Series("kind", ["often"] * 9 + [str(number) for number in range(80)]))
    assert (found.values[0], found.counts[0], len(found.values)) == ("often", 9, 50)
    assert (found.other, found.distinct) == (31, 81)


def test_a_profile_survives_the_journey_and_tells_all_kinds():
    values = pl.DataFrame(
        {"size": [1.5, None, 2.5], "kind": ["a", "b", None], "is_new": [True, None, True], "note": ["x", "xyz", "xy"]}
    )
    kinds = (FeatureType.NUMBER, FeatureType.CATEGORY, FeatureType.BOOLEAN, FeatureType.TEXT)
    features = tuple(Feature(name=name, type=kind) for name, kind in zip(values.columns, kinds, strict=True))
    output = Output(kind=OutputKind.CLASS, name="sold", labels=(False, True), probabilities=True)
    answers = Answers(np.array([True, True, False]), np.array([[0.1, 0.9], [0.4, 0.6], [0.7, 0.3]]), (False, True))
    made = profile(values, Signature(features=features, output=output), answers, [True, None, False])
    assert msgspec.json.decode(msgspec.json.encode(made), type=Profile) == made
    size, kind, is_new, note = made.features
    assert (size.count, size.missing) == (2, 1)
    assert kind.categories is not None
    assert is_new.categories is not None
    assert is_new.categories.values == ("true",)
    assert note.numbers is not None
    assert note.numbers.mean == 2.0
    assert made.prediction.categories is not None
    assert made.prediction.categories.values == ("true", "false")
    assert [each.name for each in made.probabilities] == ["false", "true"]
    assert made.target is not None
    assert made.target.missing == 1


def test_the_profile_of_a_thousand_columns_is_still_read_by_a_page():
    rng = np.random.default_rng(0)
    values = pl.DataFrame({f"column {place}": rng.normal(size=300) for place in range(1_000)})
    features = tuple(Feature(name=name, type=FeatureType.NUMBER) for name in values.columns)
    output = Output(kind=OutputKind.NUMBER, name="price")
    made = profile(values, Signature(features=features, output=output), Answers(rng.normal(size=300)), None)
    assert len(msgspec.json.encode(made)) < PROFILE_BYTES_MAX


def test_the_sketch_of_a_large_column_is_as_the_column():
    values = np.random.default_rng(0).gamma(2, size=50_000)
    sketch = np.array(of_numbers(values).sketch)
    shares = np.searchsorted(np.sort(values), sketch, side="right") / len(values)
    assert len(sketch) == 2_000
    assert np.abs(shares - (np.arange(2_000) + 0.5) / 2_000).max() <= 1 / 50_000


def test_the_sketch_of_a_small_column_is_the_column():
    values = np.random.default_rng(0).normal(size=500)
    assert of_numbers(values).sketch == tuple(np.sort(values).tolist())
