"""Calibration: whether what is foretold with 80 % comes true in 80 % of the rows."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.contract.report import CalibrationBin
from worker.stats.intervals import wilson

BINS: Final = 10

Numbers = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


def foretold(
    probabilities: npt.NDArray[np.floating[Any]], right: npt.NDArray[np.int64], positive: int | None
) -> tuple[Numbers, Booleans]:
    """Return the probability of the positive class, without one that of the likeliest, and whether it came true."""
    values = probabilities.astype(np.float64)
    if positive is not None:
        return values[:, positive], right == positive
    return values.max(axis=1), values.argmax(axis=1) == right


def bin_of_each(probability: Numbers) -> npt.NDArray[np.intp]:
    """Return the bin of each row: ten of about equally many rows, fewer where probabilities are alike."""
    edges = np.unique(np.quantile(probability, np.arange(1, BINS) / BINS, method="inverted_cdf"))
    return np.unique(np.searchsorted(edges, probability, side="left"), return_inverse=True)[1]


def bins(probability: Numbers, came: Booleans) -> tuple[CalibrationBin, ...]:
    """Return the bins from the least to the most probable, each with the score interval of its share."""
    of_row = bin_of_each(probability)
    rows = np.bincount(of_row)
    sums, trues = np.bincount(of_row, probability), np.bincount(of_row, came)
    made = []
    for count, total, true in zip(rows.tolist(), sums.tolist(), trues.tolist(), strict=True):
        low, high = wilson(int(true), count)
        made.append(CalibrationBin(foretold=total / count, observed=true / count, low=low, high=high, rows=count))
    return tuple(made)


def misses(probability: Numbers, came: Booleans) -> Numbers:
    """Return for each row and bin how far the row misses what was foretold, 0 outside its bin.

    The sum over the bins of the absolute mean of each column is the expected calibration error (M. P. Naeini,
    G. F. Cooper and M. Hauskrecht, AAAI 2015), here of bins of equally many rows.
    """
    of_row = bin_of_each(probability)
    columns = np.zeros((len(of_row), int(of_row.max()) + 1))
    columns[np.arange(len(of_row)), of_row] = came - probability
    return columns
