"""Drawings for one cell of a table: bars, intervals and distributions."""

import itertools
import math
from collections.abc import Sequence
from typing import Final

from webapp.plots.marks import Box, Strip
from webapp.plots.scales import is_drawable

WIDTH: Final = 100.0
HEIGHT: Final = 10.0
VALUE_WIDTH: Final = 0.9
HISTOGRAM_BINS: Final = 24
COLUMNS_MIN: Final = 8
"""Fewer stand side by side at the start and leave the rest empty."""

HISTOGRAM_HEIGHT: Final = 30.0


def bar(share: float) -> Strip:
    """Return a bar over its share of the cell."""
    return Strip(width=WIDTH, height=HEIGHT, boxes=(_track(), _box(0, _within(share), "fill")))


def interval(value: float, low: float | None, high: float | None, most: float) -> Strip:
    """Return where a value lies between nothing and `most`, with its interval where it has one."""
    place = _within(value / most if most > 0 else 0)
    spans: tuple[Box, ...] = ()
    if low is not None and high is not None and most > 0:
        start, end = _within(low / most), _within(high / most)
        spans = (_box(start, max(end - start, VALUE_WIDTH), "span"),)
    mark = _box(min(max(0, place - VALUE_WIDTH / 2), WIDTH - VALUE_WIDTH), VALUE_WIDTH, "fill")
    return Strip(width=WIDTH, height=HEIGHT, boxes=(_track(), *spans, mark))


def histogram(percentiles: Sequence[float]) -> Strip | None:
    """Return a distribution in bins of equal width; None when the percentiles are not what they should be."""
    is_sound = len(percentiles) > 1 and all(map(is_drawable, percentiles))
    if not is_sound or any(a > b for a, b in itertools.pairwise(percentiles)):
        return None
    return columns(shares_of(percentiles, HISTOGRAM_BINS))


def columns(shares: Sequence[float]) -> Strip | None:
    """Return a column for each share, the highest over the whole height; None without any."""
    most = max(shares, default=0)
    if most <= 0:
        return None
    width = WIDTH / max(len(shares), COLUMNS_MIN)
    heights = [round(HISTOGRAM_HEIGHT * share / most, 2) for share in shares]
    boxes = tuple(
        Box(
            x=round(index * width, 2),
            y=round(HISTOGRAM_HEIGHT - height, 2),
            width=round(width * 0.86, 2),
            height=height,
            kind="fill",
        )
        for index, height in enumerate(heights)
    )
    ground = Box(x=0, y=HISTOGRAM_HEIGHT - 0.6, width=WIDTH, height=0.6, kind="ground")
    return Strip(width=WIDTH, height=HISTOGRAM_HEIGHT, boxes=(ground, *boxes))


def shares_of(percentiles: Sequence[float], count: int) -> list[float]:
    """Return which share of the values lies in each of `count` bins of equal width.

    Between two percentiles values are taken as evenly spread; equal percentiles all lie in one bin.
    """
    first, width = percentiles[0], (percentiles[-1] - percentiles[0]) / count
    shares = [0.0] * count
    piece = 1 / (len(percentiles) - 1)
    for low, high in itertools.pairwise(percentiles):
        if width <= 0 or high <= low:
            shares[_bin(low, first, width, count)] += piece
            continue
        for index in range(_bin(low, first, width, count), _bin(high, first, width, count) + 1):
            start, end = first + index * width, first + (index + 1) * width
            shares[index] += piece * max(0.0, min(high, end) - max(low, start)) / (high - low)
    return shares


def _bin(value: float, first: float, width: float, count: int) -> int:
    if width <= 0:
        return count // 2
    return min(count - 1, max(0, int((value - first) / width)))


def _within(share: float) -> float:
    return round(WIDTH * min(1.0, max(0.0, share)), 2) if math.isfinite(share) else 0.0


def _track() -> Box:
    return _box(0, WIDTH, "track")


def _box(x: float, width: float, kind: str) -> Box:
    return Box(x=round(x, 2), y=0, width=round(width, 2), height=HEIGHT, kind=kind)
