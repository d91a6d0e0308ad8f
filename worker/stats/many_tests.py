"""Many questions asked of the same data: p-values adjusted, so that chance alone seldom answers any of them."""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def benjamini_hochberg(p: npt.ArrayLike) -> Numbers:
    """Return adjusted p-values of the same shape (n,); NaN stays NaN and counts as no test.

    To call what is at most q a finding errs in a share of at most q of the findings on average, and where nothing
    changed at all in at most a share q of the windows (Y. Benjamini and Y. Hochberg, JRSS B 57, 1995, p. 289).
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(-values[known], kind="stable")]
    places = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(values[order] * len(order) / places))
    return adjusted


def holm(p: npt.ArrayLike) -> Numbers:
    """Return adjusted p-values: what is at most q is right altogether with probability 1 - q.

    S. Holm, Scandinavian Journal of Statistics 6, 1979, p. 65. NaN stays NaN and counts as no test.
    """
    values = np.asarray(p, dtype=np.float64)
    adjusted = np.full(values.shape, np.nan)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted
