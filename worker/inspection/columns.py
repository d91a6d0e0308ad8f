"""From a column of text cells to a typed feature and its values: which type the cells have, and where they break it."""

from typing import Final

import polars as pl

from worker.contract.signature import INTEGER_MAX, Feature, FeatureType
from worker.contract.words import Words
from worker.inspection.refusal import Refused
from worker.tables.wording import quoted

CATEGORIES_MAX: Final = 100
"""A column of more different words than this is text: nobody chooses from such a list."""

MOSTLY: Final = 0.9
"""Above this share of numbers, what is not a number is taken for a mistake."""

INTEGER: Final = r"^[+-]?[0-9]+$"
NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
MISSING_WORDS: Final = ("na", "n/a", "nan", "null", "none", "nil", "?", "-")


def column_type(cells: pl.Series) -> FeatureType:
    """Return the type that all cells of a column have. Raise `Refused` for one that is empty or at odds."""
    known = cells.drop_nulls()
    if known.is_empty():
        words = Words(
            "Column {feature} of the reference data has no value in any row.", {"feature": quoted(cells.name)}
        )
        raise Refused(words, Words("Hand over rows in which it has values, or train without it."), feature=cells.name)
    if known.str.to_lowercase().is_in(["true", "false"]).all():
        return FeatureType.BOOLEAN
    if known.str.contains(INTEGER).all():
        return FeatureType.INTEGER
    numbers = known.str.contains(NUMBER)
    if numbers.all():
        return FeatureType.NUMBER
    others = known.filter(~numbers)
    if numbers.any() and (numbers.mean() > MOSTLY or others.str.to_lowercase().is_in(MISSING_WORDS).all()):  # type: ignore[operator]  # booleans have a mean
        raise _stray(cells, others[0])
    return FeatureType.CATEGORY if known.n_unique() <= CATEGORIES_MAX else FeatureType.TEXT


def typed_values(cells: pl.Series, kind: FeatureType) -> pl.Series:
    """Return the cells as values of the type, null for missing. Raise `Refused` for a number that does not fit."""
    if kind is FeatureType.BOOLEAN:
        return cells.str.to_lowercase() == "true"
    if kind is FeatureType.INTEGER:
        values = cells.cast(pl.Int64, strict=False)
        return _checked(cells, values, values.is_between(-INTEGER_MAX, INTEGER_MAX))
    if kind is FeatureType.NUMBER:
        values = cells.cast(pl.Float64, strict=False)
        return _checked(cells, values, values.is_finite())
    return cells


def feature_of(values: pl.Series, kind: FeatureType, *, required: bool, unit: str) -> Feature:
    """Return the feature that these values of the reference data are of."""
    numeric = kind in (FeatureType.NUMBER, FeatureType.INTEGER)
    categories = values.drop_nulls().unique().sort().to_list() if kind is FeatureType.CATEGORY else None
    return Feature(
        name=values.name,
        type=kind,
        required=required,
        minimum=float(values.min()) if numeric else None,  # type: ignore[arg-type]  # numbers have a minimum
        maximum=float(values.max()) if numeric else None,  # type: ignore[arg-type]  # numbers have a maximum
        categories=None if categories is None else tuple(categories),
        unit=unit,
    )


def first_row(mask: pl.Series) -> int:
    """Return the first row, counted from 1, at which the mask is true."""
    return int(mask.fill_null(value=False).arg_true()[0]) + 1


def _checked(cells: pl.Series, values: pl.Series, fits: pl.Series) -> pl.Series:
    wrong = cells.is_not_null() & ~fits.fill_null(value=False)
    if not wrong.any():
        return values
    row = first_row(wrong)
    words = Words(
        "Column {feature} holds {cell} in row {row:,}, which cannot be held exactly.",
        {"feature": quoted(cells.name), "cell": quoted(cells[row - 1]), "row": row},
    )
    advice = Words(
        "Whole numbers may go up to {most:,}; identifiers are text: name the column under 'text'.",
        {"most": INTEGER_MAX},
    )
    raise Refused(words, advice, feature=cells.name, row=row)


def _stray(cells: pl.Series, word: str) -> Refused:
    row = first_row(cells == word)
    words = Words(
        "Column {feature} of the reference data holds numbers, but {cell} in row {row:,}.",
        {"feature": quoted(cells.name), "cell": quoted(word), "row": row},
    )
    advice = Words(
        "Leave the cell of a missing value empty; if they are words, name the column under 'categories' or 'text'."
    )
    return Refused(words, advice, feature=cells.name, row=row)
