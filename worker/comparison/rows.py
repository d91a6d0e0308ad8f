"""Which rows of a reference data set a version takes, and their values as its signature has them."""

from dataclasses import dataclass

import polars as pl

from worker.contract.signature import INTEGER_MAX, Feature, FeatureType, Signature


class FeatureAbsent(Exception):
    """A version needs a feature that the reference data does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Taken:
    """The values of every row, and which rows the version takes as they are."""

    values: pl.DataFrame
    rows: pl.Series


def taken(data: pl.DataFrame, signature: Signature) -> Taken:
    """Return what a version takes of cells of text. Raise FeatureAbsent where it needs a column that is not there.

    A feature that may be missing is missing in every row where there is no such column.
    """
    rows = pl.Series([True] * data.height, dtype=pl.Boolean)
    columns = []
    for feature in signature.features:
        values, known = _typed(_cells(data, feature), feature)
        rows &= known | (_cells(data, feature).is_null() & (not feature.required))
        columns.append(values)
    return Taken(pl.DataFrame(columns), rows)


def _cells(data: pl.DataFrame, feature: Feature) -> pl.Series:
    if feature.name in data.columns:
        return data[feature.name]
    if feature.required:
        raise FeatureAbsent(feature.name)
    return pl.Series(feature.name, [None] * data.height, dtype=pl.String)


def _typed(cells: pl.Series, feature: Feature) -> tuple[pl.Series, pl.Series]:
    """Return the values, and which of them the feature takes; a missing one is none of these."""
    if feature.type in (FeatureType.NUMBER, FeatureType.INTEGER):
        numbers = cells.cast(pl.Float64, strict=False)
        known = numbers.is_finite().fill_null(value=False)
        if feature.type is FeatureType.NUMBER:
            return numbers, known
        known &= ((numbers == numbers.floor()) & (numbers.abs() <= INTEGER_MAX)).fill_null(value=False)
        return numbers.set(~known, None).cast(pl.Int64), known
    if feature.type is FeatureType.BOOLEAN:
        words = cells.str.to_lowercase()
        return words == "true", words.is_in(["true", "false"]).fill_null(value=False)
    if feature.type is FeatureType.CATEGORY and feature.categories is not None:
        return cells, cells.is_in(list(feature.categories)).fill_null(value=False)
    return cells, cells.is_not_null()
