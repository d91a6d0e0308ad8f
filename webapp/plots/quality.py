"""Plots of how good a model is: what was foretold against what came true."""

import math
from collections.abc import Iterable, Sequence

from webapp.plots.frames import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, Write, labels_of, lines_of
from webapp.plots.marks import Dot, Line, Plot
from webapp.plots.scales import Scale, even, is_drawable
from worker.contract.report import CalibrationBin

Names = tuple[str, str]
"""Of the axis below and of the upright one."""


def calibration_plot(bins: Iterable[CalibrationBin], names: Names, write: Write, alternative: str) -> Plot:
    """Return a point for each bin with its interval; on the diagonal what is foretold comes true as often."""
    x = Axis(scale=Scale(low=0, high=1, start=LEFT, end=RIGHT), name=names[0], write=write)
    y = Axis(scale=Scale(low=0, high=1, start=BOTTOM, end=TOP), name=names[1], write=write)
    known = [each for each in bins if math.isfinite(each.foretold + each.observed + each.low + each.high)]
    intervals = [_interval(each, x.scale, y.scale) for each in known]
    dots = tuple(Dot(x=x.scale.at(each.foretold), y=y.scale.at(each.observed), kind="point") for each in known)
    return _plot(x, y, intervals, dots, alternative)


def residual_plot(pairs: Sequence[tuple[float, float]], names: Names, write: Write, alternative: str) -> Plot | None:
    """Return a point for each pair (predicted, true); on the diagonal both are the same. None without a pair."""
    known = [pair for pair in pairs if all(map(is_drawable, pair))]
    if not known:
        return None
    values = [value for pair in known for value in pair]
    x = Axis(scale=even(values, LEFT, RIGHT), name=names[0], write=write)
    y = Axis(scale=even(values, BOTTOM, TOP), name=names[1], write=write)
    dots = tuple(Dot(x=x.scale.at(predicted), y=y.scale.at(true), kind="cloud") for predicted, true in known)
    return _plot(x, y, [], dots, alternative)


def _interval(each: CalibrationBin, x: Scale, y: Scale) -> Line:
    place = x.at(each.foretold)
    return Line(x1=place, y1=y.at(each.low), x2=place, y2=y.at(each.high), kind="interval")


def _plot(x: Axis, y: Axis, lines: Sequence[Line], dots: tuple[Dot, ...], alternative: str) -> Plot:
    diagonal = Line(x1=LEFT, y1=BOTTOM, x2=RIGHT, y2=TOP, kind="ideal")
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        alternative=alternative,
        lines=(*lines_of(x, y), diagonal, *lines),
        dots=dots,
        labels=labels_of(x, y),
    )
