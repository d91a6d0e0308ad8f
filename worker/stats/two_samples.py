"""Two samples of one column: how far apart, and how likely that is by chance. Numbers come sorted, once for all."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, rel_entr
from scipy.stats import kstwo

from worker.stats.distribution import Distribution

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


class Tested(NamedTuple):
    """A statistic, and the probability of one at least as large when nothing changed."""

    statistic: float
    p: float


def places(reference: Distribution, ordered: Numbers) -> Places:
    """Return how many of the sorted values are at most each step of the reference; what both distances begin with."""
    return np.searchsorted(ordered, reference.values, side="right")


def kolmogorov_smirnov(reference: Distribution, ordered: Numbers, upto: Places | None = None) -> float:
    """Return the largest distance of the two distribution functions; `ordered` (n,) is sorted, at least one value.

    Between two steps of the reference only the current sample rises, so the distance is largest at an end.
    """
    upto = places(reference, ordered) if upto is None else upto
    below = np.searchsorted(ordered, reference.values, side="left")
    after = np.abs(upto / len(ordered) - reference.reached).max()
    return float(max(after, np.abs(below / len(ordered) - reference.before).max()))


def kolmogorov_p(statistic: npt.ArrayLike, rows: npt.ArrayLike, reference_rows: npt.ArrayLike) -> Numbers:
    """Return the probability of distances at least this large without drift; ties make it smaller still.

    By the distribution of one sample of n·m/(n + m) rows, as SciPy's `ks_2samp(method="asymp")`.
    """
    n, m = np.asarray(rows, dtype=np.float64), np.asarray(reference_rows, dtype=np.float64)
    p: Numbers = np.clip(kstwo.sf(np.asarray(statistic), np.maximum(np.round(n * m / (n + m)), 1)), 0, 1)
    return p


def wasserstein(reference: Distribution, ordered: Numbers, upto: Places | None = None) -> float:
    """Return by how much values moved on average, in the unit of the column: ∫ |F - G| of the distribution functions.

    Within two steps of the reference G stands still and F crosses it at most once, so that prefix sums give each part.
    """
    rows, centre = len(ordered), reference.values[len(reference.values) // 2]
    values, steps = ordered - centre, reference.values - centre  # sums far from zero would lose their last digits
    sums = np.concatenate([[0.0], np.cumsum(values)])
    lows = np.concatenate([[min(values[0], steps[0])], steps])
    highs = np.concatenate([steps, [max(values[-1], steps[-1])]])
    level = np.concatenate([[0.0], reference.cumulative])
    found = places(reference, ordered) if upto is None else upto
    start, end = np.concatenate([[0], found]), np.concatenate([found, [rows]])
    crossing = np.clip(np.ceil(level * rows - 1e-9).astype(np.intp), start, end)
    # F reaches the level at the value of that place; F is below it up to there, and above it from there on.
    at = np.clip(np.where(crossing > start, values[crossing - 1], lows), lows, highs)
    # ∫ F between two places is what the values between them leave of its end.
    until = (at * crossing - lows * start - (sums[crossing] - sums[start])) / rows
    beyond = (highs * end - at * crossing - (sums[end] - sums[crossing])) / rows
    below, above = level * (at - lows) - until, beyond - level * (highs - at)
    return float(np.abs(below).sum() + np.abs(above).sum())


def jensen_shannon(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    """Return the distance of two rows of counts over the same bins: 0 to √ln 2 = 0.833 (natural logarithm).

    The root of the divergence of J. Lin, IEEE Transactions on Information Theory 37, 1991, p. 145.
    """
    first, second = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    first, second = first / first.sum(), second / second.sum()
    middle = (first + second) / 2
    divergence = (rel_entr(first, middle).sum() + rel_entr(second, middle).sum()) / 2
    return float(np.sqrt(max(0.0, divergence)))


def chi_square(reference: npt.ArrayLike, current: npt.ArrayLike) -> Tested:
    """Return Pearson's test that two rows of counts come from one distribution; both sides count as samples.

    The bins have to expect a few rows each (`psi.joined`). Bins that are empty on both sides do not count.
    """
    table = np.array([np.asarray(reference), np.asarray(current)], dtype=np.float64)
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] < 2 or not table.sum(axis=1).all():
        return Tested(0.0, 1.0)
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    return Tested(statistic, float(chdtrc(table.shape[1] - 1, statistic)))
