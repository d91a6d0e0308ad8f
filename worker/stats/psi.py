"""The population stability index, what it is by chance alone, and bins that are wide enough for it."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

EXPECTED_MIN: Final = 5.0
"""Bins that expect fewer rows of the smaller sample are joined: below, the formula of the noise does not hold."""

FILL: Final = 0.0001
"""The share that stands for an empty bin, whose logarithm would be infinite."""

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


def psi(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    """Return the index of two rows of counts over the same bins (or of shares); 0 for equal distributions.

    Σ (r - c) · ln(r / c) of the shares (S. Kullback and R. A. Leibler's J-divergence, Annals of Mathematical
    Statistics 22, 1951). Empty bins are filled as Evidently fills them: with 0.0001, or a millionth of the least share
    where that is smaller. Symmetric. Raise ValueError when a side has no rows.
    """
    return float(parts(reference, current).sum())


def parts(reference: npt.ArrayLike, current: npt.ArrayLike) -> Numbers:
    """Return what each bin adds to the index, in the order of the bins."""
    expected, found = _filled(reference), _filled(current)
    share: Numbers = (expected - found) * np.log(expected / found)
    return share


def noise_floor(rows: int, reference_rows: int, bins: int, level: float = 0.99) -> float:
    """Return what the index stays below with this probability when nothing changed.

    It is then (1/n + 1/m) · χ² with B - 1 degrees of freedom (B. Yurdakul and J. Naranjo, Journal of Risk Model
    Validation 14, 2020); by simulation this holds where each bin expects at least five rows.
    """
    if bins < 2 or not rows or not reference_rows:
        return 0.0
    return float((1 / rows + 1 / reference_rows) * chdtri(bins - 1, 1 - level))


def joined(reference: Counts, current: Counts) -> list[Counts]:
    """Return the places of ordered bins, neighbours grouped so that each expects five rows of the smaller sample.

    What a group expects is by the shares of both samples, which is what both are drawn from when nothing changed.
    """
    expected = _expected(reference, current)
    order = np.arange(len(expected))
    if (expected >= EXPECTED_MIN).all():
        return [order[place : place + 1] for place in range(len(order))]
    groups: list[Counts] = []
    first, total = 0, 0.0
    for end, rows in enumerate(expected.tolist(), start=1):
        total += rows
        if total >= EXPECTED_MIN:
            groups.append(order[first:end])
            first, total = end, 0.0
    if first < len(order):
        groups[-1:] = [np.concatenate([*groups[-1:], order[first:]])]
    return groups


def pooled(reference: Counts, current: Counts, cut: int) -> list[Counts]:
    """Return the places of categories, each a group, the rare ones together; the last of them is all others.

    A reference that keeps only what it had more than `cut` times favours categories that it had often by chance: of
    these the next window has fewer. So a category counts for itself where both samples together expect it so much more
    often in the reference that it would have been kept in any case (by four standard deviations).
    """
    expected, both = _expected(reference, current), reference + current
    kept = both * (reference.sum() / both.sum()) > cut + 4 * np.sqrt(cut)
    alone = kept & (expected >= EXPECTED_MIN)
    alone[-1] = False
    rest = np.flatnonzero(~alone)
    if both[rest].sum() > 0 and expected[rest].sum() < EXPECTED_MIN and alone.any():
        rarest = np.flatnonzero(alone)[both[alone].argmin()]
        alone[rarest] = False
        rest = np.append(rest, rarest)
    singles = [np.array([place]) for place in np.flatnonzero(alone).tolist()]
    return [*singles, rest] if both[rest].sum() else singles


def over(groups: Sequence[Counts], counts: Counts) -> Counts:
    """Return the counts of groups of bins."""
    starts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    return np.add.reduceat(counts[np.concatenate(groups)], starts)


def _expected(reference: Counts, current: Counts) -> Numbers:
    """Return how many rows of the smaller sample each bin expects when both are drawn from the same."""
    both = (reference + current).astype(np.float64)
    return both * (min(int(reference.sum()), int(current.sum())) / max(float(both.sum()), 1.0))


def _filled(counts: npt.ArrayLike) -> Numbers:
    values = np.asarray(counts, dtype=np.float64)
    total = values.sum()
    if not total > 0:
        msg = f"The index needs rows on both sides, got counts {values.tolist()[:20]}."
        raise ValueError(msg)
    shares: Numbers = values / total
    least = shares[shares > 0].min()
    return np.where(shares == 0, least / 1e6 if least <= FILL else FILL, shares)
