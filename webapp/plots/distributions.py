"""The plot of how numbers are distributed: a column for each bin, with the mean and the median."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from webapp.plots.frames import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, Write, axes, labels_of
from webapp.plots.marks import Box, Line, Plot
from webapp.plots.quality import Names
from webapp.plots.scales import Scale, is_drawable
from worker.contract.batch import Histogram

GAP_PX = 0.8


def histogram_plot(histogram: Histogram, names: Names, write: Write, alternative: str) -> Plot | None:
    """Return the columns with an upright line at the median and a dashed one at the mean.

    None for what cannot be drawn.
    """
    edges, counts = histogram.edges, histogram.counts
    if not _is_sound(edges, counts):
        return None
    x = Axis(scale=Scale(low=edges[0], high=edges[-1], start=LEFT, end=RIGHT), name=names[0], write=write)
    y = Axis(scale=Scale(low=0, high=max(counts), start=BOTTOM, end=TOP, is_counted=True), name=names[1], write=write)
    middle = (_at(histogram.median, x.scale, "middle"), _at(histogram.mean, x.scale, "mean"))
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        alternative=alternative,
        boxes=(*map(_grid, map(y.scale.at, y.scale.ticks())), *_columns(edges, counts, x.scale, y.scale)),
        lines=(*axes(), *(line for line in middle if line is not None)),
        labels=labels_of(x, y),
    )


def _is_sound(edges: Sequence[float], counts: Sequence[int]) -> bool:
    is_rising = all(is_drawable(low) and is_drawable(high) and low < high for low, high in pairwise(edges))
    return is_rising and len(edges) == len(counts) + 1 and max(counts, default=0) > 0 and min(counts) >= 0


def _columns(edges: Sequence[float], counts: Sequence[int], x: Scale, y: Scale) -> Iterator[Box]:
    for (low, high), count in zip(pairwise(edges), counts, strict=True):
        left, top = x.at(low), y.at(count)
        width = max(GAP_PX, round(x.at(high) - left - GAP_PX, 2))
        yield Box(x=left, y=top, width=width, height=round(BOTTOM - top, 2), kind="column")


def _grid(y: float) -> Box:
    """Return a fine line as a box, for columns to stand before it."""
    return Box(x=LEFT, y=y, width=RIGHT - LEFT, height=0.4, kind="grid")


def _at(value: float, x: Scale, kind: str) -> Line | None:
    if not is_drawable(value):
        return None
    return Line(x1=x.at(value), y1=TOP, x2=x.at(value), y2=BOTTOM, kind=kind)
