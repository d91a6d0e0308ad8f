"""What a plot is made of: marks at places in pixels, each of a kind that the style sheet colours."""

from dataclasses import dataclass
from enum import StrEnum


class Anchor(StrEnum):
    """Which part of a text stands at its place."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    """A round point."""

    x: float
    y: float
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A text in the reader's language."""

    x: float
    y: float
    words: str
    anchor: Anchor = Anchor.MIDDLE


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """A drawing with its text alternative; what comes later lies on top, boxes lowest and texts highest."""

    width: float
    height: float
    alternative: str
    boxes: tuple[Box, ...] = ()
    lines: tuple[Line, ...] = ()
    dots: tuple[Dot, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Strip:
    """A drawing without texts that stretches over the cell of a table whose other cells hold its numbers."""

    width: float
    height: float
    boxes: tuple[Box, ...]
