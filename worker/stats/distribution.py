"""Distributions to compare with: of values, or what a profile kept of them."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import numpy.typing as npt

from worker.contract.profile import NumberProfile

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Steps of a distribution function: at most `values[i]` is a share `cumulative[i]` of `rows` values.

    The true function is nowhere further off than `resolution`. `sd` is the standard deviation of the values. Equal
    values are one step: it begins at the share `before` and ends at the share `reached`.
    """

    values: Numbers
    cumulative: Numbers
    rows: int
    sd: float
    resolution: float = 0.0
    reached: Numbers = field(init=False)
    before: Numbers = field(init=False)

    def __post_init__(self) -> None:
        first = np.searchsorted(self.values, self.values, side="left")
        last = np.searchsorted(self.values, self.values, side="right") - 1
        object.__setattr__(self, "reached", self.cumulative[last])
        object.__setattr__(self, "before", np.concatenate([[0.0], self.cumulative[:-1]])[first])

    @classmethod
    def of_values(cls, values: Numbers) -> Self:
        """Return the distribution of finite values, at least one."""
        ordered = np.sort(values)
        return cls(values=ordered, cumulative=_even(len(ordered)), rows=len(ordered), sd=float(values.std()))

    @classmethod
    def of_profile(cls, profile: NumberProfile) -> Self:
        """Return what a profile kept: the sketch, else a step for each of few values, else percentiles."""
        rows = sum(profile.counts)
        if profile.sketch:
            exact = len(profile.sketch) == rows
            return cls(
                values=np.array(profile.sketch),
                cumulative=_even(len(profile.sketch)),
                rows=rows,
                sd=profile.sd,
                resolution=0.0 if exact else 0.5 / len(profile.sketch) + 1 / rows,
            )
        if is_of_few_values(profile):
            values = np.array([*profile.edges, profile.percentiles[-1]])
            return cls(values=values, cumulative=np.cumsum(profile.counts) / rows, rows=rows, sd=profile.sd)
        middles = np.array(profile.percentiles[:-1]) / 2 + np.array(profile.percentiles[1:]) / 2
        return cls(values=middles, cumulative=_even(len(middles)), rows=rows, sd=profile.sd, resolution=0.01)


def is_of_few_values(profile: NumberProfile) -> bool:
    """Return whether each bin of the profile is one value.

    A profile of an older version has no sketch either; but its percentiles lie within the bins. Where a percentile
    falls on a change from one value to the next it lies between them, which happens once for each edge at most.
    """
    if profile.sketch:
        return False
    values = {*profile.edges, profile.percentiles[-1]}
    return sum(percentile not in values for percentile in profile.percentiles) <= len(profile.edges)


def _even(count: int) -> Numbers:
    return np.arange(1, count + 1) / count
