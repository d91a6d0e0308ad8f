"""Freezes what the reference data looks like, column by column, as drift will be measured from it."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.contract.profile import (
    CATEGORIES_MAX,
    PERCENTILES,
    CategoryProfile,
    ColumnProfile,
    NumberProfile,
    Profile,
)
from worker.contract.signature import FeatureType, OutputKind, Signature
from worker.models.answers import Answers, label_names

BINS: Final = 10
LABELS_MAX: Final = 20

Numbers = npt.NDArray[np.float64]


def profile(values: pl.DataFrame, signature: Signature, answers: Answers, outcomes: Sequence[Any] | None) -> Profile:
    """Return the profile of typed reference values, of what the model answered to them, and of what was true."""
    output = signature.output
    return Profile(
        rows=values.height,
        features=tuple(_feature(values[feature.name], feature.type) for feature in signature.features),
        prediction=_outcome(output.name, output.kind, answers.predictions.tolist()),
        probabilities=_probabilities(answers),
        target=None if outcomes is None else _outcome(output.name, output.kind, outcomes),
    )


def of_numbers(values: Numbers) -> NumberProfile:
    """Return the distribution of finite numbers, at least one.

    Bins are by deciles, so that each expects equally many values of the same distribution; a column of at most ten
    different values has a bin for each.
    """
    distinct = np.unique(values)
    if len(distinct) <= BINS:
        edges = distinct[:-1]
    else:
        deciles = np.quantile(values, np.arange(1, BINS) / BINS, method="inverted_cdf")
        edges = np.unique(deciles[deciles < distinct[-1]])
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=len(edges) + 1)
    return NumberProfile(
        mean=float(values.mean()),
        sd=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        percentiles=tuple(np.quantile(values, np.linspace(0, 1, PERCENTILES)).tolist()),
        edges=tuple(edges.tolist()),
        counts=tuple(counts.tolist()),
    )


def of_categories(values: pl.Series) -> CategoryProfile:
    """Return how often each value occurs, the most frequent first and equals by name."""
    counted = values.alias("value").value_counts(name="rows").sort(["rows", "value"], descending=[True, False])
    kept = counted.head(CATEGORIES_MAX)
    return CategoryProfile(
        values=tuple(kept["value"].to_list()),
        counts=tuple(kept["rows"].to_list()),
        other=len(values) - int(kept["rows"].sum()),
        distinct=counted.height,
    )


def _feature(column: pl.Series, kind: FeatureType) -> ColumnProfile:
    known = column.drop_nulls()
    facts: dict[str, Any] = {"name": column.name, "count": len(known), "missing": column.null_count()}
    if known.is_empty():
        return ColumnProfile(**facts)
    if kind in (FeatureType.NUMBER, FeatureType.INTEGER):
        return ColumnProfile(**facts, numbers=of_numbers(known.to_numpy().astype(np.float64)))
    if kind is FeatureType.TEXT:
        return ColumnProfile(**facts, numbers=of_numbers(known.str.len_chars().to_numpy().astype(np.float64)))
    return ColumnProfile(**facts, categories=of_categories(known.cast(pl.String)))


def _outcome(name: str, kind: OutputKind, outcomes: Sequence[Any]) -> ColumnProfile:
    known = [outcome for outcome in outcomes if outcome is not None]
    facts: dict[str, Any] = {"name": name, "count": len(known), "missing": len(outcomes) - len(known)}
    if not known:
        return ColumnProfile(**facts)
    if kind is OutputKind.NUMBER:
        return ColumnProfile(**facts, numbers=of_numbers(np.asarray(known, dtype=np.float64)))
    return ColumnProfile(**facts, categories=of_categories(pl.Series(label_names(tuple(known)), dtype=pl.String)))


def _probabilities(answers: Answers) -> tuple[ColumnProfile, ...]:
    if answers.probabilities is None:
        return ()
    columns = answers.probabilities.astype(np.float64).T[:LABELS_MAX]
    named = zip(answers.label_names, columns, strict=False)
    return tuple(ColumnProfile(name=name, count=len(column), numbers=of_numbers(column)) for name, column in named)
