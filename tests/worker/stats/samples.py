"""Columns and their references for the tests of drift."""

import numpy as np
import polars as pl

from worker.contract.profile import ColumnProfile
from worker.stats.columns import Column
from worker.stats.drift import Reference
from worker.stats.profile import of_categories, of_numbers


def number_profile(values, name: str = "carat") -> ColumnProfile:
    known = np.asarray(values, dtype=np.float64)
    missing = int(np.isnan(known).sum())
    return ColumnProfile(
        name=name, count=len(known) - missing, missing=missing, numbers=of_numbers(known[~np.isnan(known)])
    )


def category_profile(values, name: str = "cut") -> ColumnProfile:
    series = pl.Series(name, list(values), dtype=pl.String)
    known = series.drop_nulls()
    return ColumnProfile(name=name, count=len(known), missing=series.null_count(), categories=of_categories(known))


def number_column(values) -> Column:
    return Column.of_numbers(np.asarray(values, dtype=np.float64))


def category_column(values) -> Column:
    return Column.of_categories(pl.Series("cut", list(values), dtype=pl.String))


def number_reference(values, name: str = "carat") -> Reference:
    return Reference.of(number_profile(values, name))


def category_reference(values, name: str = "cut") -> Reference:
    return Reference.of(category_profile(values, name))
