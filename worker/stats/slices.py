"""Where a model is worst: rows with a value in common, compared with all others, guarded against looking too often."""

import itertools
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import t as student

from worker.contract.monitoring import Slice
from worker.stats.many_tests import holm

ROWS_MIN: Final = 30
PARTS: Final = 4
CATEGORIES_MAX: Final = 20
LEVEL: Final = 0.95

Numbers = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


def worst(values: pl.DataFrame, losses: Numbers, *, most: int = 10, q_max: float = 0.05) -> list[Slice]:
    """Return the slices whose mean loss is above that of all other rows, those that cost most first.

    `losses` (n,) are of the rows of `values`: 1 for a wrong answer, an absolute error. A slice is a value of a column
    of categories (the 20 most frequent), a quarter of the numbers, or the rows where the column is missing, of at least
    30 rows and with as many others. What a slice costs is its excess times its rows. Welch's test, one-sided (B. L.
    Welch, Biometrika 34, 1947); p-values are adjusted by Holm for all slices looked at, so that with probability 0.95
    none is named by chance. Raise ValueError when there are not as many losses as rows.
    """
    if len(losses) != values.height:
        msg = f"There are {values.height} rows and {len(losses)} losses."
        raise ValueError(msg)
    found = []
    for facts, rows in _parts(values):
        count = int(rows.sum())
        if min(count, len(losses) - count) >= ROWS_MIN:
            found.append((facts, count, _compared(losses[rows], losses[~rows])))
    q = holm([p for _, _, (*_, p) in found])
    made = [
        Slice(**facts, rows=count, loss=loss, excess=excess, low=low, high=high, q=adjusted)
        for (facts, count, (loss, excess, low, high, _)), adjusted in zip(found, q.tolist(), strict=True)
        if adjusted <= q_max
    ]
    return sorted(made, key=lambda each: -each.excess * each.rows)[:most]


def _parts(values: pl.DataFrame) -> Iterator[tuple[dict[str, Any], Booleans]]:
    """Yield what each slice is, and which rows are in it."""
    for series in values.iter_columns():
        missing = series.is_null() | (series.is_nan().fill_null(value=False) if series.dtype.is_float() else False)
        if missing.any():
            yield {"feature": series.name, "is_missing": True}, missing.to_numpy()
        if series.dtype.is_numeric():
            yield from _of_numbers(series.name, series.cast(pl.Float64).to_numpy())
        else:
            named = series.cast(pl.String)
            counted = named.drop_nulls().value_counts(sort=True, name="rows").head(CATEGORIES_MAX)
            for value in counted[series.name].to_list():
                yield {"feature": series.name, "value": value}, (named == value).fill_null(value=False).to_numpy()


def _of_numbers(name: str, numbers: Numbers) -> Iterator[tuple[dict[str, Any], Booleans]]:
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return
    edges = np.unique(np.quantile(known, np.arange(1, PARTS) / PARTS, method="inverted_cdf"))
    edges = edges[edges < known.max()]
    bounds = [None, *edges.tolist(), None]
    for above, most in itertools.pairwise(bounds):
        rows = np.isfinite(numbers)
        rows &= True if above is None else numbers > above
        rows &= True if most is None else numbers <= most
        yield {"feature": name, "above": above, "most": most}, rows


def _compared(inside: Numbers, outside: Numbers) -> tuple[float, float, float, float, float]:
    """Return the mean loss inside, its excess, the interval of that, and Welch's one-sided p-value."""
    loss, excess = float(inside.mean()), float(inside.mean() - outside.mean())
    parts = inside.var(ddof=1) / len(inside), outside.var(ddof=1) / len(outside)
    variance = float(sum(parts))
    if variance == 0:
        return loss, excess, excess, excess, 0.0 if excess > 0 else 1.0
    freedom = variance**2 / (parts[0] ** 2 / (len(inside) - 1) + parts[1] ** 2 / (len(outside) - 1))
    error = variance**0.5
    half = float(student.ppf((1 + LEVEL) / 2, freedom)) * error
    return loss, excess, excess - half, excess + half, float(student.sf(excess / error, freedom))
