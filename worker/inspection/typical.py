"""A typical row of the reference data, to be shown as an example: a real one, not an average that nobody ever saw."""

from typing import Any

import polars as pl

from worker.contract.signature import Feature, FeatureType


def typical_row(values: pl.DataFrame, features: tuple[Feature, ...]) -> dict[str, Any]:
    """Return the row nearest to the middle of each number and the most frequent of each word; complete ones first."""
    distances = [_distance(values[feature.name], feature) for feature in features]
    nearest = pl.DataFrame(distances).sum_horizontal().arg_min()
    assert nearest is not None, "The reference data has rows"
    return values.row(nearest, named=True)


def _distance(column: pl.Series, feature: Feature) -> pl.Series:
    if feature.type in (FeatureType.NUMBER, FeatureType.INTEGER):
        distance = (column.rank() / column.count() - 0.5).abs()
    elif feature.type is FeatureType.TEXT:
        distance = column.str.len_bytes() * 0.0  # every text is as good as another; a missing one stays missing
    else:
        distance = (column != column.drop_nulls().mode().sort()[0]).cast(pl.Float64)
    # A missing value weighs more than all else together: the example shows what a full row looks like.
    return distance.fill_null(1e6).rename(feature.name)
