"""Intervals around single answers of a regression, and whether truths fall within as often as they should."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from worker.stats.intervals import wilson

Numbers = npt.NDArray[np.float64]


class Coverage(NamedTuple):
    """The share of truths within their intervals, with its own 95 % interval."""

    share: float
    low: float
    high: float
    rows: int


def half_width(errors: Numbers, level: float = 0.9) -> float:
    """Return by how much a further truth is off with at most this probability; `errors` (n,) are of the reference.

    Split conformal prediction (V. Vovk, A. Gammerman and G. Shafer, Algorithmic Learning in a Random World, 2005): the
    ⌈(n + 1) · level⌉-th smallest absolute error. It holds for any model and any distribution, as long as rows are of
    the same kind. Infinite where n is too small for the level. Raise ValueError when the level is not within 0 and 1.
    """
    if not 0 < level < 1:
        msg = f"A level lies between 0 and 1, got {level}."
        raise ValueError(msg)
    place = math.ceil((len(errors) + 1) * level)
    if place > len(errors):
        return math.inf
    return float(np.partition(np.abs(errors), place - 1)[place - 1])


def coverage(truth: Numbers, said: Numbers, half_widths: Numbers | float) -> Coverage:
    """Return how many truths (n,) are within the half-width of what was said. Raise ValueError without rows."""
    if not len(truth):
        msg = "Coverage needs at least one truth."
        raise ValueError(msg)
    within = int((np.abs(truth - said) <= half_widths).sum())
    low, high = wilson(within, len(truth))
    return Coverage(within / len(truth), low, high, len(truth))
