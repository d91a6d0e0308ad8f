"""What a plot is made of: marks at places in pixels, each of a kind that the style sheet colours."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe


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

    @property
    def svg(self) -> SafeString:
        """The drawing as markup. A page of many windows has thousands of marks, for which a template takes a second."""
        boxes = [
            f'<rect class="{each.kind}" x="{each.x}" y="{each.y}" width="{each.width}" height="{each.height}"/>'
            for each in self.boxes
        ]
        lines = [
            f'<line class="{each.kind}" x1="{each.x1}" y1="{each.y1}" x2="{each.x2}" y2="{each.y2}"/>'
            for each in self.lines
        ]
        dots = [f'<circle class="{each.kind}" cx="{each.x}" cy="{each.y}" r="3"/>' for each in self.dots]
        labels = [
            f'<text x="{each.x}" y="{each.y}" text-anchor="{each.anchor}">{escape(each.words)}</text>'
            for each in self.labels
        ]
        size, named = f"0 0 {self.width} {self.height}", escape(self.alternative)
        drawn = "".join([*boxes, *lines, *dots, *labels])
        return mark_safe(f'<svg class="plot" viewBox="{size}" role="img" aria-label="{named}">{drawn}</svg>')  # noqa: S308  # texts are escaped, all else is numbers and our own kinds


@dataclass(frozen=True, kw_only=True, slots=True)
class Strip:
    """A drawing without texts that stretches over the cell of a table whose other cells hold its numbers."""

    width: float
    height: float
    boxes: tuple[Box, ...]
