"""The plot of figures over time: each window a step from its first row to its last, with the band of its figure."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from webapp.plots.frames import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, Write, labels_of, lines_of
from webapp.plots.marks import Box, Dot, Label, Line, Plot
from webapp.plots.scales import Scale, even, is_drawable, logarithmic

DAYS_MIN: Final = 6.0
"""Over fewer days two round numbers beside each other would be of the same day."""

GAP_DAYS: Final = 2.0
"""Windows further apart are not joined by a line: nobody knows what was between."""

BAND_MIN_PX: Final = 1.0
ALARM_PX: Final = 5.0


class Look(StrEnum):
    """How a curve is drawn: steps in a band, points with intervals, dashed steps, or the ground below a limit."""

    STEPS = "steps"
    POINTS = "points"
    DASHED = "dashed"
    LIMIT = "limit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A figure of one window, which lasts from one day to another, both counted from 1970, with its interval."""

    begins: float
    ends: float
    value: float
    low: float | None = None
    high: float | None = None

    @property
    def numbers(self) -> tuple[float, ...]:
        """What has to be on the scale."""
        return tuple(each for each in (self.value, self.low, self.high) if each is not None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """A figure over the windows, the oldest first."""

    look: Look
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """What stands behind the curves: the level of the reference with its interval, and the days of alarms."""

    level: Step | None = None
    alarms: tuple[tuple[float, float], ...] = ()
    from_nothing: bool = False
    is_logarithmic: bool = False
    is_counted: bool = False


def timeline_plot(curves: Sequence[Curve], ground: Ground, names: tuple[Write, str, Write], alternative: str) -> Plot:
    """Return the curves over their days; `names` are the writer of days, the name of the upright axis, its writer."""
    steps = [step for curve in curves for step in curve.steps]
    assert steps, "A timeline has a window"
    x = Axis(scale=_days(steps), name="", write=names[0])
    y = Axis(scale=_scale([*steps, *([ground.level] if ground.level else [])], ground), name=names[1], write=names[2])
    ordered = sorted(curves, key=lambda curve: curve.look is not Look.LIMIT)
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        alternative=alternative,
        boxes=(
            *_grounds(ground, x.scale, y.scale),
            *(box for each in ordered for box in _bands(each, x.scale, y.scale)),
        ),
        lines=(*lines_of(x, y), *_level(ground, y.scale), *(line for each in ordered for line in _lines(each, x, y))),
        dots=tuple(_dots(ordered, x.scale, y.scale)),
        labels=_labels(x, y),
    )


def _labels(x: Axis, y: Axis) -> tuple[Label, ...]:
    return tuple(each for each in labels_of(x, y) if each.words)


def _days(steps: Sequence[Step]) -> Scale:
    low, high = min(step.begins for step in steps), max(step.ends for step in steps)
    lacking = max(0.0, DAYS_MIN - (high - low)) / 2
    return Scale(low=low - lacking, high=high + lacking, start=LEFT, end=RIGHT)


def _scale(steps: Sequence[Step], ground: Ground) -> Scale:
    values = [each for step in steps for each in step.numbers if is_drawable(each)] or [0.0]
    if ground.is_logarithmic:
        return logarithmic([each for each in values if each > 0] or [1.0], BOTTOM, TOP)
    if ground.from_nothing:
        return Scale(low=0, high=max(*values, 0) * 1.06 or 1.0, start=BOTTOM, end=TOP, is_counted=ground.is_counted)
    return even(values, BOTTOM, TOP)


def _grounds(ground: Ground, x: Scale, y: Scale) -> Iterator[Box]:
    if ground.level is not None and ground.level.low is not None and ground.level.high is not None:
        yield _box((LEFT, RIGHT), (y.at(ground.level.low), y.at(ground.level.high)), "level")
    for begins, ends in ground.alarms:
        yield _box((x.at(begins), x.at(ends)), (BOTTOM, BOTTOM - ALARM_PX), "alarm")


def _level(ground: Ground, y: Scale) -> Iterator[Line]:
    if ground.level is not None:
        place = y.at(ground.level.value)
        yield Line(x1=LEFT, y1=place, x2=RIGHT, y2=place, kind="ideal")


def _bands(curve: Curve, x: Scale, y: Scale) -> Iterator[Box]:
    for step in curve.steps:
        sides = (x.at(step.begins), x.at(step.ends))
        if curve.look is Look.LIMIT:
            yield _box(sides, (BOTTOM, y.at(step.value)), "limit")
        elif curve.look is Look.STEPS and step.low is not None and step.high is not None:
            yield _box(sides, (y.at(step.low), y.at(step.high)), "band")


def _box(sides: tuple[float, float], ends: tuple[float, float], kind: str) -> Box:
    width, height = sides[1] - sides[0], ends[0] - ends[1]
    return Box(
        x=sides[0], y=ends[1], width=round(max(width, BAND_MIN_PX), 2), height=round(max(height, BAND_MIN_PX), 2),
        kind=kind,
    )  # fmt: skip  # one thought a line


def _lines(curve: Curve, x: Axis, y: Axis) -> Iterator[Line]:
    if curve.look is Look.POINTS:
        for step in curve.steps:
            if step.low is not None and step.high is not None:
                place = x.scale.at(_middle(step))
                yield Line(
                    x1=place, y1=y.scale.at(step.low), x2=place, y2=y.scale.at(step.high), kind="measured-interval"
                )
        return
    kind = {Look.STEPS: "curve", Look.DASHED: "curve-slow", Look.LIMIT: "ideal"}[curve.look]
    for step in curve.steps:
        level = y.scale.at(step.value)
        yield Line(x1=x.scale.at(step.begins), y1=level, x2=x.scale.at(step.ends), y2=level, kind=kind)
    for before, after in itertools.pairwise(curve.steps):
        if after.begins - before.ends <= GAP_DAYS:
            yield Line(
                x1=x.scale.at(before.ends), y1=y.scale.at(before.value),
                x2=x.scale.at(after.begins), y2=y.scale.at(after.value), kind=kind,
            )  # fmt: skip  # as above


def _dots(curves: Sequence[Curve], x: Scale, y: Scale) -> Iterator[Dot]:
    for curve in curves:
        if curve.look is Look.POINTS:
            yield from (Dot(x=x.at(_middle(step)), y=y.at(step.value), kind="measured") for step in curve.steps)


def _middle(step: Step) -> float:
    return (step.begins + step.ends) / 2
