"""What one column looked like: bins, percentiles, a sketch of the distribution, the frequent categories."""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.contract.profile import CATEGORIES_MAX, PERCENTILES, SKETCH_MAX, CategoryProfile, NumberProfile

BINS: Final = 10

Numbers = npt.NDArray[np.float64]


def of_numbers(values: Numbers, *, sketch_max: int = SKETCH_MAX) -> NumberProfile:
    """Return the distribution of finite numbers, at least one, with a sketch of at most so many values.

    Bins are by deciles, so that each expects equally many values of the same distribution; a column of at most ten
    different values has a bin for each.
    """
    ordered = np.sort(values)
    distinct = ordered[np.r_[True, ordered[1:] != ordered[:-1]]]
    if len(distinct) <= BINS:
        edges = distinct[:-1]
    else:
        deciles = np.quantile(ordered, np.arange(1, BINS) / BINS, method="inverted_cdf")
        edges = np.unique(deciles[deciles < distinct[-1]])
    reached = np.searchsorted(ordered, edges, side="right")
    return NumberProfile(
        mean=float(values.mean()),
        sd=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        percentiles=tuple(np.quantile(ordered, np.linspace(0, 1, PERCENTILES)).tolist()),
        edges=tuple(edges.tolist()),
        counts=tuple(np.diff(reached, prepend=0, append=len(ordered)).tolist()),
        sketch=() if len(distinct) <= BINS else tuple(thinned(ordered, sketch_max).tolist()),
    )


def thinned(ordered: Numbers, most: int = SKETCH_MAX) -> Numbers:
    """Return at most so many of the sorted values, each standing for equally many of them.

    They are the middle values of equal parts, so that the distribution function of the sketch is nowhere further than
    1 / (2 · most) + 1 / n from that of the values. As many values or fewer are returned whole.
    """
    if len(ordered) <= most:
        return ordered
    return ordered[((np.arange(most) + 0.5) * len(ordered) / most).astype(np.intp)]


def of_categories(values: pl.Series) -> CategoryProfile:
    """Return how often each value occurs, the most frequent first and equals by name."""
    counted = values.alias("value").value_counts(name="rows").sort(["rows", "value"], descending=[True, False])
    kept = counted.head(CATEGORIES_MAX)
    return CategoryProfile(
        values=tuple(kept["value"].to_list()),
        counts=tuple(kept["rows"].to_list()),
        other=len(values) - int(kept["rows"].sum()),
        distinct=counted.height,
        once=int((counted["rows"] == 1).sum()),
    )
