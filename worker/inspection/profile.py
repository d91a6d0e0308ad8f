"""Freezes what the reference data looks like, column by column, as drift will be measured from it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.contract.profile import SKETCH_MAX, SKETCHES_MAX, ColumnProfile, NumberProfile, Profile
from worker.contract.signature import FeatureType, OutputKind, Signature
from worker.models.answers import Answers, label_names
from worker.stats import profile as columns_of

LABELS_MAX: Final = 20
SKETCH_MIN: Final = 25
"""However many columns there are: beyond a thousand a page refuses a profile for its size."""

OfNumbers = Callable[[npt.NDArray[np.float64]], NumberProfile]


def profile(values: pl.DataFrame, signature: Signature, answers: Answers, outcomes: Sequence[Any] | None) -> Profile:
    """Return the profile of typed reference values, of what the model answered to them, and of what was true."""
    output = signature.output
    columns = len(signature.features) + 2 + (0 if answers.probabilities is None else LABELS_MAX)
    numbers = partial(columns_of.of_numbers, sketch_max=min(SKETCH_MAX, max(SKETCH_MIN, SKETCHES_MAX // columns)))
    return Profile(
        rows=values.height,
        features=tuple(_feature(values[feature.name], feature.type, numbers) for feature in signature.features),
        prediction=_outcome(output.name, output.kind, answers.predictions.tolist(), numbers),
        probabilities=_probabilities(answers, numbers),
        target=None if outcomes is None else _outcome(output.name, output.kind, outcomes, numbers),
    )


def _feature(column: pl.Series, kind: FeatureType, of_numbers: OfNumbers) -> ColumnProfile:
    known = column.drop_nulls()
    facts: dict[str, Any] = {"name": column.name, "count": len(known), "missing": column.null_count()}
    if known.is_empty():
        return ColumnProfile(**facts)
    if kind in (FeatureType.NUMBER, FeatureType.INTEGER):
        return ColumnProfile(**facts, numbers=of_numbers(known.to_numpy().astype(np.float64)))
    if kind is FeatureType.TEXT:
        return ColumnProfile(**facts, numbers=of_numbers(known.str.len_chars().to_numpy().astype(np.float64)))
    return ColumnProfile(**facts, categories=columns_of.of_categories(known.cast(pl.String)))


def _outcome(name: str, kind: OutputKind, outcomes: Sequence[Any], of_numbers: OfNumbers) -> ColumnProfile:
    known = [outcome for outcome in outcomes if outcome is not None]
    facts: dict[str, Any] = {"name": name, "count": len(known), "missing": len(outcomes) - len(known)}
    if not known:
        return ColumnProfile(**facts)
    if kind is OutputKind.NUMBER:
        return ColumnProfile(**facts, numbers=of_numbers(np.asarray(known, dtype=np.float64)))
    return ColumnProfile(
        **facts, categories=columns_of.of_categories(pl.Series(label_names(tuple(known)), dtype=pl.String))
    )


def _probabilities(answers: Answers, of_numbers: OfNumbers) -> tuple[ColumnProfile, ...]:
    if answers.probabilities is None:
        return ()
    columns = answers.probabilities.astype(np.float64).T[:LABELS_MAX]
    named = zip(answers.label_names, columns, strict=False)
    return tuple(ColumnProfile(name=name, count=len(column), numbers=of_numbers(column)) for name, column in named)
