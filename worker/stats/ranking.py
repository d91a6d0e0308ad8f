"""The area under the ROC curve: how often a row of a class is given a higher probability than one of another class."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from worker.stats.intervals import Interval, Z

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Area:
    """An area and its 95 % interval, None where the rows do not define one."""

    value: float
    interval: Interval | None


def area(scores: npt.NDArray[Any], right: npt.NDArray[np.int64], classes: list[int]) -> Area | None:
    """Return the mean area of these classes, each against all others; those that no or all rows are of are left out.

    Area and variance are of E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44, 1988, p. 837, computed
    by mid-ranks (X. Sun and W. Xu, IEEE Signal Processing Letters 21, 2014, p. 1389). What each row adds to the areas
    of several classes is averaged before it is squared. The interval is symmetric for the logit, so within 0 and 1.
    """
    found = _mean_placements(scores, right, classes)
    if found is None:
        return None
    value, influence = found
    return Area(value, _interval(value, math.sqrt(float(np.sum(influence**2)))))


def gain(
    old: npt.NDArray[Any], new: npt.NDArray[Any], right: npt.NDArray[np.int64], classes: list[int]
) -> Interval | None:
    """Return the interval of by how much the area grows from old scores to new ones of the same rows (DeLong)."""
    before, after = (_mean_placements(scores, right, classes) for scores in (old, new))
    if before is None or after is None:
        return None
    gained = after[0] - before[0]
    half = Z * math.sqrt(float(np.sum((after[1] - before[1]) ** 2)))
    return gained - half, gained + half


def _mean_placements(
    scores: npt.NDArray[Any], right: npt.NDArray[np.int64], classes: list[int]
) -> tuple[float, Numbers] | None:
    """Return the mean area, and what each row adds to its variance."""
    found = [_placements(scores[:, label].astype(np.float64), right == label) for label in classes]
    known = [each for each in found if each is not None]
    if not known:
        return None
    return float(np.mean([one for one, _ in known])), np.mean([each for _, each in known], axis=0)


def _placements(scores: Numbers, positive: npt.NDArray[np.bool_]) -> tuple[float, Numbers] | None:
    """Return the area and what each row adds to its variance."""
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if positives < 2 or negatives < 2:
        return None
    ranks = rankdata(scores)
    above = (ranks[positive] - rankdata(scores[positive])) / negatives
    below = 1 - (ranks[~positive] - rankdata(scores[~positive])) / positives
    value = float(above.mean())
    influence = np.empty(len(scores))
    influence[positive] = (above - value) / math.sqrt(positives * (positives - 1))
    influence[~positive] = (below - value) / math.sqrt(negatives * (negatives - 1))
    return value, influence


def _interval(value: float, error: float) -> Interval | None:
    if error == 0 or not 0 < value < 1:
        return None
    logit, spread = math.log(value / (1 - value)), Z * error / (value * (1 - value))
    return _expit(logit - spread), _expit(logit + spread)


def _expit(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0
