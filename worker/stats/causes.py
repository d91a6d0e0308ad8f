"""What probably became of a column that changed: another unit, a spike, a shift, a category that became frequent."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.contract.monitoring import Cause, CauseKind
from worker.contract.profile import CategoryProfile
from worker.stats.distribution import Distribution
from worker.stats.profile import thinned
from worker.stats.two_samples import kolmogorov_smirnov
from worker.stats.units import CONVERSIONS, Conversion

UNLIKE_MIN: Final = 0.3
"""Another unit moves a distribution further than this (Kolmogorov-Smirnov)."""

ALIKE_MAX: Final = 0.15
"""Taken back, it is no further than this from the reference, beside what chance explains …"""

EXPLAINED_MIN: Final = 0.6
"""… and this part of the distance is gone."""

PART_MIN: Final = 0.02
SPIKE_MIN: Final = 0.05
CAUSES_MAX: Final = 3

Numbers = npt.NDArray[np.float64]


def of_numbers(reference: Distribution, ordered: Numbers) -> tuple[Cause, ...]:
    """Return likely causes, the likeliest first; `ordered` (n,) are the sorted values of the window, at least one."""
    current = thinned(ordered)
    chance = 1.63 * math.sqrt(1 / len(ordered) + 1 / reference.rows) + reference.resolution
    unit = _unit(reference, current, ALIKE_MAX + chance)
    found = [unit, None if unit else _part(reference, current, ALIKE_MAX + chance), _spike(reference, ordered)]
    found += [] if unit else _moved(reference, current)
    return tuple(cause for cause in found if cause is not None)[:CAUSES_MAX]


def of_categories(reference: CategoryProfile, current: Mapping[str, int]) -> tuple[Cause, ...]:
    """Return the category whose share changed most, with its share now and by how much that grew (`offset`)."""
    before, rows = sum(reference.counts) + reference.other, sum(current.values())
    # What is not among the frequent values may be one of the others, of which no share is known.
    shares = dict(zip(reference.values, (count / before for count in reference.counts), strict=True))
    names = shares if reference.other else {**shares, **{name: 0.0 for name in current if name not in shares}}
    changes = {name: current.get(name, 0) / rows - share for name, share in names.items()}
    most = max(changes, key=lambda name: abs(changes[name]))
    return (Cause(kind=CauseKind.CATEGORY, value=most, share=current.get(most, 0) / rows, offset=changes[most]),)


def _unit(reference: Distribution, current: Numbers, alike_max: float) -> Cause | None:
    """Return the change of unit that explains a window as a whole, a known one before a mere factor."""
    distance = kolmogorov_smirnov(reference, current)
    if distance < UNLIKE_MIN:
        return None
    most = min(alike_max, (1 - EXPLAINED_MIN) * distance)
    left, best = min((_left(reference, current, each), each) for each in CONVERSIONS)
    if left <= most:
        return _cause(best, 1.0)
    before, now = float(np.median(reference.values)), float(np.median(current))
    if not before or not now:
        return None
    factor = Conversion("", now / before)
    return _cause(factor, 1.0) if now / before > 0 and _left(reference, current, factor) <= most / 2 else None


def _part(reference: Distribution, current: Numbers, alike_max: float) -> Cause | None:
    """Return the factor that explains the rows outside the range of the reference, where they are a part."""
    low, high = reference.values[0], reference.values[-1]
    outside = current[(current < low) | (current > high)]
    share = len(outside) / len(current)
    if not PART_MIN <= share < 1:
        return None
    left, best = min((_left(reference, outside, each), each) for each in CONVERSIONS)
    return _cause(best, share) if left <= alike_max else None


def _cause(conversion: Conversion, share: float) -> Cause:
    name, factor, offset = conversion
    if factor == -1:
        kind = CauseKind.SIGN
    elif offset:
        kind = CauseKind.OFFSET if factor == 1 else CauseKind.LINEAR
    else:
        kind = CauseKind.FACTOR
    if share < 1:
        kind = CauseKind.PART_FACTOR
    return Cause(kind=kind, factor=factor, offset=offset, share=share, unit=name)


def _left(reference: Distribution, current: Numbers, conversion: Conversion) -> float:
    """Return how far the values are from the reference once the change is taken back."""
    back = (current - conversion.offset) / conversion.factor
    return kolmogorov_smirnov(reference, back if conversion.factor > 0 else back[::-1])


def _spike(reference: Distribution, ordered: Numbers) -> Cause | None:
    """Return one value that became frequent, such as what stands for missing: 0, -1, 999."""
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(starts, append=len(ordered))
    most = int(lengths.argmax())
    share, value = float(lengths[most]) / len(ordered), float(ordered[starts[most]])
    first, last = (int(np.searchsorted(reference.values, value, side=side)) for side in ("left", "right"))
    steps = np.concatenate([[0.0], reference.cumulative])
    former = float(steps[last] - steps[first])
    if share < SPIKE_MIN or share < 4 * former:
        return None
    return Cause(kind=CauseKind.SPIKE, value=f"{value:g}", share=share - former)


def _moved(reference: Distribution, current: Numbers) -> list[Cause | None]:
    """Return a shift of the middle and a change of the spread, as far as there is one."""
    quarters = (0.25, 0.5, 0.75)
    before, now = (np.quantile(values, quarters).tolist() for values in (_evenly(reference), current))
    found: list[Cause | None] = []
    if reference.sd and abs(now[1] - before[1]) > 0.1 * reference.sd:
        found.append(Cause(kind=CauseKind.SHIFT, offset=(now[1] - before[1]) / reference.sd))
    widths = (before[2] - before[0], now[2] - now[0])
    if all(widths) and not 0.8 < widths[1] / widths[0] < 1.25:
        found.append(Cause(kind=CauseKind.SPREAD, factor=widths[1] / widths[0]))
    return found


def _evenly(reference: Distribution) -> Numbers:
    """Return values that each stand for an equal part of the reference."""
    places = np.searchsorted(reference.cumulative, (np.arange(1_000) + 0.5) / 1_000)
    return reference.values[np.minimum(places, len(reference.values) - 1)]
