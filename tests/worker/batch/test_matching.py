"""Columns are matched to features by name, nearly by name, and as a person says."""

import pytest

from tests.worker.tables.signatures import number, signature
from worker.batch.column_names import column_names
from worker.batch.errors import FileRefused
from worker.batch.matching import match


def matched(columns, features, mapping=None):
    found, absent = match(columns, signature(*map(number, features)), mapping or {})
    assert tuple(each.name for each in found) == tuple(columns)
    return {each.feature: each.name for each in found if each.feature}, absent


@pytest.mark.parametrize(
    ("column", "feature"),
    [
        ("age", "age"),
        ("AGE", "age"),
        ("Âge", "age"),
        ("A\N{COMBINING CIRCUMFLEX ACCENT}ge", "âge"),
        ("petal_length", "petal length"),
        ("petal.length", "Petal-Length"),
        ("petal\N{NO-BREAK SPACE} length", "petal length"),
        ("Income (EUR)", "income"),
        ("income", "Income [k€]"),
        ("Income..EUR.", "Income (EUR)"),
        ("STRASSE", "Straße"),
    ],
)
def test_names_that_say_the_same_are_matched(column, feature):
    assert matched([column, "other"], [feature]) == ({feature: column}, ())


@pytest.mark.parametrize(
    ("columns", "features"),
    [
        (["Age", "AGE"], ["age"]),
        (["x"], ["X.", "X_"]),
        (["size (cm)", "size (in)"], ["size"]),
        (["petallength"], ["petal length"]),
        (["--", ""], ["__"]),
    ],
)
def test_what_is_ambiguous_or_unlike_is_not_matched(columns, features):
    assert matched(columns, features) == ({}, tuple(features))


def test_exact_name_comes_before_similar_ones():
    assert matched(["Age", "age", "AGE"], ["age"]) == ({"age": "age"}, ())


def test_units_tell_columns_apart():
    columns = ["Size (IN)", "Size (CM)"]
    assert matched(columns, ["size (cm)", "size (in)"])[0] == {"size (in)": "Size (IN)", "size (cm)": "Size (CM)"}


def test_mapping_overrides_names_and_takes_a_column_once():
    assert matched(["age", "years"], ["age", "years"], {"age": "years"}) == ({"age": "years"}, ("years",))


def test_feature_may_be_given_no_column():
    assert matched(["age"], ["age"], {"age": ""}) == ({}, ("age",))


def test_feature_that_may_be_missing_is_not_absent():
    assert match(["x"], signature(number("age", required=False)), {})[1] == ()


@pytest.mark.parametrize(
    ("mapping", "words", "hint"),
    [
        ({"agee": "age"}, "no feature 'agee'", "nearest feature is 'age'"),
        ({"zzzz": "age"}, "no feature 'zzzz'", ""),
        ({"age": "yeers"}, "no column 'yeers'", "nearest column is 'years'"),
        ({"age": "zzzz"}, "no column 'zzzz'", "columns are 'age', 'years'"),
        ({"age": "age", "height": "age"}, "'age' is chosen for both 'age', 'height'", "once"),
    ],
)
def test_mapping_of_what_does_not_exist_is_refused(mapping, words, hint):
    with pytest.raises(FileRefused, match=words) as refused:
        matched(["age", "years"], ["age", "height"], mapping)
    assert hint in str(refused.value.hint)


def test_names_of_columns_are_made_unlike():
    cells = [" x ", "x", "", "a\r\n b", "x", "x (2)", ""]
    assert column_names(cells) == ("x", "x (2)", "column 3", "a b", "x (3)", "x (2) (2)", "column 7")
