"""The plot of two distributions over the same bins: the reference in outline beside what is now, in columns."""

from collections.abc import Sequence

from webapp.plots.frames import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, Write, axes, labels_of
from webapp.plots.marks import Box, Label, Line, Plot
from webapp.plots.scales import Scale

LABELS_MAX = 6
LETTERS_MAX = 9


def pair_plot(
    shares: tuple[Sequence[float], Sequence[float]], bins: Sequence[str], named: tuple[str, Write], alternative: str
) -> Plot:
    """Return two columns for each bin: `shares` are those of the reference and of now; `named` is the upright axis."""
    then, now = shares
    assert len(then) == len(now) == len(bins) > 0, "Both have a share in each bin"
    y = Axis(
        scale=Scale(low=0, high=max(*then, *now) * 1.05 or 1.0, start=BOTTOM, end=TOP), name=named[0], write=named[1]
    )
    x = Axis(scale=Scale(low=0, high=len(bins), start=LEFT, end=RIGHT), name="", write=lambda _: "")
    width = (RIGHT - LEFT) / len(bins)
    boxes = []
    for at, (before, after) in enumerate(zip(then, now, strict=True)):
        left = LEFT + at * width
        boxes += [_column(left + width * 0.1, width * 0.38, y.scale.at(before), "then")]
        boxes += [_column(left + width * 0.52, width * 0.38, y.scale.at(after), "column")]
    lines = [Line(x1=LEFT, y1=y.scale.at(tick), x2=RIGHT, y2=y.scale.at(tick), kind="grid") for tick in y.scale.ticks()]
    labels = [each for each in labels_of(x, y) if each.words]
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        alternative=alternative,
        boxes=tuple(boxes),
        lines=(*lines, *axes()),
        labels=(*labels, *_names(bins, width)),
    )


def _column(x: float, width: float, top: float, kind: str) -> Box:
    return Box(x=round(x, 2), y=top, width=round(width, 2), height=round(BOTTOM - top, 2), kind=kind)


def _names(bins: Sequence[str], width: float) -> list[Label]:
    """Name every bin, or of many every second, third, …: names that lie upon each other tell nobody anything."""
    every = -(-len(bins) // LABELS_MAX)
    return [
        Label(x=round(LEFT + (at + 0.5) * width, 2), y=BOTTOM + 17, words=_short(bins[at]))
        for at in range(0, len(bins), every)
    ]


def _short(name: str) -> str:
    return name if len(name) <= LETTERS_MAX else f"{name[: LETTERS_MAX - 1]}…"
