"""The frame of a plot: its two axes with their lines, round numbers and names."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from webapp.plots.marks import Anchor, Label, Line
from webapp.plots.scales import Scale

WIDTH: Final = 340.0
HEIGHT: Final = 270.0
LEFT: Final = 56.0
RIGHT: Final = WIDTH - 22.0
TOP: Final = 30.0
BOTTOM: Final = HEIGHT - 46.0

Write = Callable[[float], str]
"""Writes a number in the reader's language."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """A scale with its name, and how its numbers are written."""

    scale: Scale
    name: str
    write: Write


def lines_of(x: Axis, y: Axis) -> tuple[Line, ...]:
    """Return a fine line for each round number, stronger ones where the plot begins."""
    across = [_across(y.scale.at(tick), "grid") for tick in y.scale.ticks()]
    upright = [_upright(x.scale.at(tick), "grid") for tick in x.scale.ticks()]
    return (*across, *upright, *axes())


def axes() -> tuple[Line, Line]:
    """Return the two strong lines where the plot begins."""
    return _across(BOTTOM, "axis"), _upright(LEFT, "axis")


def labels_of(x: Axis, y: Axis) -> tuple[Label, ...]:
    """Return the round numbers and the names: of the upright axis above it, of the other below."""
    below = [Label(x=x.scale.at(tick), y=BOTTOM + 17, words=x.write(tick)) for tick in x.scale.ticks()]
    beside = [
        Label(x=LEFT - 7, y=y.scale.at(tick) + 4, words=y.write(tick), anchor=Anchor.END) for tick in y.scale.ticks()
    ]
    names = (
        Label(x=WIDTH - 4, y=HEIGHT - 8, words=x.name, anchor=Anchor.END),
        Label(x=4, y=14, words=y.name, anchor=Anchor.START),
    )
    return (*below, *beside, *names)


def _across(y: float, kind: str) -> Line:
    return Line(x1=LEFT, y1=y, x2=RIGHT, y2=y, kind=kind)


def _upright(x: float, kind: str) -> Line:
    return Line(x1=x, y1=TOP, x2=x, y2=BOTTOM, kind=kind)
