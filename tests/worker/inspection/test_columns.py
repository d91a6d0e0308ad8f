"""Types are found from cells, and a column at odds with itself is refused with the row."""

import polars as pl
import pytest

from worker.contract.signature import FeatureType
from worker.inspection.columns import CATEGORIES_MAX, column_type, feature_of, typed_values
from worker.inspection.refusal import Refused


def cells(*values: str | None) -> pl.Series:
    return pl.Series("column", values, dtype=pl.String)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1", "-2", "+3", None), FeatureType.INTEGER),
        (("1", "2.0"), FeatureType.NUMBER),
        ((".5", "1.", "1e-3"), FeatureType.NUMBER),
        (("True", "false", None), FeatureType.BOOLEAN),
        (("0", "1"), FeatureType.INTEGER),
        (("a", "b"), FeatureType.CATEGORY),
        (("1", "b"), FeatureType.CATEGORY),
        (("1,5", "2,5"), FeatureType.CATEGORY),
        (tuple(f"word {number}" for number in range(CATEGORIES_MAX + 1)), FeatureType.TEXT),
    ],
)
def test_the_type_is_what_all_cells_have(values, kind):
    assert column_type(cells(*values)) is kind


def test_a_column_without_values_is_refused():
    with pytest.raises(Refused, match=r"Column 'column' of the reference data has no value in any row\."):
        column_type(cells(None, None))


@pytest.mark.parametrize("word", ["NA", "NaN", "null", "?"])
def test_a_word_for_missing_among_numbers_is_refused_with_its_row(word):
    with pytest.raises(Refused, match=r"holds numbers, but '.+' in row 2\.") as refused:
        column_type(cells("1.5", word))
    assert "Leave the cell of a missing value empty" in refused.value.hint


def test_one_word_among_many_numbers_is_refused_with_its_row():
    with pytest.raises(Refused, match=r"holds numbers, but 'old' in row 21\."):
        column_type(cells(*["1"] * 20, "old"))


@pytest.mark.parametrize(
    ("value", "kind"),
    [("9007199254740993", FeatureType.INTEGER), ("9" * 30, FeatureType.INTEGER), ("1e400", FeatureType.NUMBER)],
)
def test_a_number_that_does_not_fit_is_refused_with_its_row(value, kind):
    with pytest.raises(Refused, match=r"in row 2, which cannot be held exactly\."):
        typed_values(cells("1", value), kind)


@pytest.mark.parametrize(
    ("values", "kind", "typed"),
    [
        (("+1", None, "007"), FeatureType.INTEGER, [1, None, 7]),
        (("1", "1e3", None), FeatureType.NUMBER, [1.0, 1000.0, None]),
        (("True", None, "false"), FeatureType.BOOLEAN, [True, None, False]),
        (("1", "b", None), FeatureType.TEXT, ["1", "b", None]),
    ],
)
def test_cells_become_values_of_the_type(values, kind, typed):
    assert typed_values(cells(*values), kind).to_list() == typed


def test_a_feature_has_the_range_of_its_numbers():
    feature = feature_of(pl.Series("age", [3, None, 1]), FeatureType.INTEGER, required=False, unit="years")
    assert (feature.minimum, feature.maximum, feature.unit, feature.required) == (1.0, 3.0, "years", False)
    assert feature.categories is None


def test_a_feature_has_its_categories_in_order():
    feature = feature_of(pl.Series("kind", ["b", None, "a", "b"]), FeatureType.CATEGORY, required=True, unit="")
    assert feature.categories == ("a", "b")
    assert feature.minimum is None
