"""95 % intervals of figures that were measured on a sample of rows: how far off they may be by chance alone."""

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Interval = tuple[float, float]

Z: Final = 1.959963984540054
"""The normal distribution has 95 % of its mass within so many standard deviations."""

RESAMPLES: Final = 500
RESAMPLED_ROWS_MAX: Final = 20_000
ROWS_MIN: Final = 30
"""Of fewer rows, resampling says too little to be told."""

SEED: Final = 20_250_101
"""The same rows have the same interval each time."""


def wilson(successes: int, rows: int) -> Interval:
    """Return the score interval of a share (E. B. Wilson, JASA 22, 1927, p. 209): sound for few rows, and near 0."""
    share = successes / rows
    middle = share + Z**2 / (2 * rows)
    half = Z * math.sqrt(share * (1 - share) / rows + Z**2 / (4 * rows**2))
    scale = 1 + Z**2 / rows
    # For a share of 0 or 1 that end is the share itself, but for rounding.
    return max(0.0, min(share, (middle - half) / scale)), min(1.0, max(share, (middle + half) / scale))


def of_means(columns: Numbers, statistic: Callable[[Numbers], Numbers]) -> list[Interval] | None:
    """Return the interval of each figure that `statistic` makes of the means of columns; None for too few rows.

    The percentile bootstrap (B. Efron, Annals of Statistics 7, 1979): rows are drawn with replacement. Above 20,000
    rows only so many are drawn, and the interval is narrowed by the root of the share (P. J. Bickel, F. Götze and
    W. R. van Zwet, Statistica Sinica 7, 1997). `statistic` takes means as rows and returns a row of figures for each.
    """
    rows = len(columns)
    if rows < ROWS_MIN:
        return None
    drawn = min(rows, RESAMPLED_ROWS_MAX)
    generator = np.random.default_rng(SEED)
    means = np.stack([columns[generator.integers(rows, size=drawn)].mean(axis=0) for _ in range(RESAMPLES)])
    estimates = statistic(columns.mean(axis=0, keepdims=True))[0]
    return _percentiles(statistic(means), estimates, math.sqrt(drawn / rows))


def of_counts(counts: npt.NDArray[np.int64], statistic: Callable[[Numbers], Numbers]) -> list[Interval] | None:
    """Return the interval of each figure that `statistic` makes of how many rows fall into cells; None for too few.

    The same bootstrap: to draw rows of which only the cell matters is to draw from a multinomial distribution.
    """
    rows = int(counts.sum())
    if rows < ROWS_MIN:
        return None
    drawn = np.random.default_rng(SEED).multinomial(rows, counts / rows, size=RESAMPLES)
    estimates = statistic(counts[None].astype(np.float64))[0]
    return _percentiles(statistic(drawn.astype(np.float64)), estimates, 1.0)


def reversed_about(estimate: float, interval: Interval) -> Interval:
    """Return the basic bootstrap interval, for a figure that resampling overstates and that cannot be negative."""
    return max(0.0, 2 * estimate - interval[1]), max(0.0, 2 * estimate - interval[0])


def _percentiles(resampled: Numbers, estimates: Numbers, narrowing: float) -> list[Interval]:
    """Return the middle 95 % of each figure; resamples that do not define it (one value only) do not count."""
    intervals = []
    for values, estimate in zip(resampled.T, estimates.tolist(), strict=True):
        known = values[np.isfinite(values)]
        low, high = np.quantile(known, (0.025, 0.975)).tolist() if len(known) else (math.nan, math.nan)
        intervals.append((estimate + (low - estimate) * narrowing, estimate + (high - estimate) * narrowing))
    return intervals
