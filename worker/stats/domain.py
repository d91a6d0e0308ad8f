"""Drift of all columns together: whether a classifier can tell rows of the window from rows of the reference.

It sees what no column shows alone, such as two that no longer go together. It takes seconds, once a window.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import norm
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedKFold

from worker.contract.monitoring import DomainDrift
from worker.stats.ranking import area

ROWS_MAX: Final = 2_000
ROWS_MIN: Final = 200
FOLDS: Final = 3
TREES: Final = 60
LEAF: Final = 8
PERMUTATIONS: Final = 24
AREA_MIN: Final = 0.6
P_MAX: Final = 0.002
FEATURES_SHOWN_MAX: Final = 10
SEED: Final = 20_250_104

Numbers = npt.NDArray[np.float64]


def domain_drift(reference: pl.DataFrame, current: pl.DataFrame, *, seed: int = SEED) -> DomainDrift:
    """Return how well the rows can be told apart; both frames have the same columns, null or NaN where missing.

    The area is of rows that the forest (P. Geurts, D. Ernst and L. Wehenkel, Machine Learning 63, 2006, p. 3) did not
    see, in three folds, of at most 2,000 rows a side. The same is done 24 times with the sides shuffled; `low`, `high`
    and `p` are those of the normal distribution with their standard deviation about 0.5 (D. Lopez-Paz and M. Oquab,
    Revisiting Classifier Two-Sample Tests, 2017). Changed: p at most 0.002, and an area of at least 0.6. Raise
    ValueError for fewer than 200 rows on a side, or for other columns.
    """
    X, side = _sides(reference, current, seed)
    found, importance = _told_apart(X, side, seed)
    rng = np.random.default_rng(seed)
    by_chance = [_told_apart(X, rng.permutation(side), seed + number)[0] for number in range(PERMUTATIONS)]
    sd = float(np.sqrt(np.mean((np.array(by_chance) - 0.5) ** 2)))
    p = float(norm.sf((found - 0.5) / sd))
    order = np.argsort(-importance)[:FEATURES_SHOWN_MAX].tolist()
    return DomainDrift(
        rows=int(side.sum()),
        reference_rows=int(len(side) - side.sum()),
        area=found,
        low=0.5 - 1.96 * sd,
        high=0.5 + 1.96 * sd,
        p=p,
        features=tuple((current.columns[place], float(importance[place])) for place in order),
        is_changed=p <= P_MAX and found >= AREA_MIN,
    )


def area_alone(reference: pl.DataFrame, current: pl.DataFrame, *, seed: int = SEED) -> float:
    """Return the area of `domain_drift` without what it gets by chance: a twenty-fifth of the time."""
    return _told_apart(*_sides(reference, current, seed), seed)[0]


def _sides(reference: pl.DataFrame, current: pl.DataFrame, seed: int) -> tuple[Numbers, npt.NDArray[np.int64]]:
    """Return the rows of both, and of each whether it is current."""
    if reference.columns != current.columns:
        msg = f"The window has the columns {current.columns[:20]}, the reference {reference.columns[:20]}."
        raise ValueError(msg)
    least = min(reference.height, current.height)
    if least < ROWS_MIN:
        msg = f"To tell rows apart takes {ROWS_MIN} on each side, got {least}."
        raise ValueError(msg)
    rng = np.random.default_rng(seed)
    sides = [_drawn(frame, rng) for frame in (reference, current)]
    side = np.repeat([0, 1], [frame.height for frame in sides])
    return _numbers(pl.concat(sides, how="vertical_relaxed")), side


def _drawn(frame: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    if frame.height <= ROWS_MAX:
        return frame
    return frame[np.sort(rng.permutation(frame.height)[:ROWS_MAX])]


def _numbers(both: pl.DataFrame) -> Numbers:
    """Return the columns as numbers: categories by how frequent they are, NaN where missing."""
    made = []
    for series in both.iter_columns():
        if series.dtype.is_numeric():
            made.append(series.cast(pl.Float64).fill_null(np.nan).to_numpy())
            continue
        named = series.cast(pl.String)
        counted = named.drop_nulls().alias("value").value_counts(name="rows")
        counted = counted.sort(["rows", "value"], descending=[True, False])
        ranks = {value: float(rank) for rank, value in enumerate(counted["value"].to_list())}
        made.append(np.array([ranks.get(value, np.nan) for value in named.to_list()]))
    return np.column_stack(made)


def _told_apart(X: Numbers, side: npt.NDArray[np.int64], seed: int) -> tuple[float, Numbers]:
    """Return the area of rows held out, and by which share of its decisions the forest goes by each column."""
    scores, importance = np.empty(len(side)), np.zeros(X.shape[1])
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed % 2**32).split(X, side):
        forest: Any = ExtraTreesClassifier(TREES, min_samples_leaf=LEAF, random_state=seed % 2**32)
        forest.fit(X[train], side[train])
        scores[test] = forest.predict_proba(X[test])[:, 1]
        importance += forest.feature_importances_ / FOLDS
    found = area(np.column_stack([1 - scores, scores]), side, [1])
    assert found is not None, "Both sides have rows"
    return found.value, importance
