"""Columns are what a profile can be compared with, whatever their type."""

import math

import numpy as np
import polars as pl

from tests.worker.stats.samples import category_profile, number_profile
from worker.contract.profile import ColumnProfile
from worker.stats.columns import Column, columns


def test_numbers_are_sorted_and_what_is_not_finite_is_missing():
    column = Column.of_numbers(np.array([3.0, math.nan, 1.0, math.inf]))
    assert column.ordered is not None
    assert (column.ordered.tolist(), column.missing, column.rows) == ([1, 3], 2, 2)


def test_categories_are_counted():
    column = Column.of_categories(pl.Series(["a", None, "b", "a"]))
    assert (dict(column.categories or {}), column.missing, column.rows) == ({"a": 2, "b": 1}, 1, 3)


def test_truths_are_named_as_the_profile_names_them():
    assert set(Column.of_categories(pl.Series([True, False, True])).categories or {}) == {"true", "false"}


def test_texts_are_compared_by_their_lengths():
    found = columns(pl.DataFrame({"note": ["ab", None, "a"]}), [number_profile([1, 2, 3], "note")])
    assert found["note"].ordered is not None
    assert found["note"].ordered.tolist() == [1, 2]


def test_columns_without_a_profile_or_without_a_reference_are_left_out():
    frame = pl.DataFrame({"cut": ["a"], "empty": [1.0], "else": [2.0]})
    profiles = [category_profile(["a"]), ColumnProfile(name="empty", count=0, missing=4), number_profile([1], "gone")]
    assert set(columns(frame, profiles)) == {"cut"}


def test_a_column_without_values_has_no_rows():
    assert (
        columns(pl.DataFrame({"carat": pl.Series([None, None], dtype=pl.Int64)}), [number_profile([1])])["carat"].rows
        == 0
    )
