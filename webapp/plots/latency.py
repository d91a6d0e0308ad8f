"""The plot of how long a model takes for so many rows at once, both by powers of ten."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Final

from webapp.plots.frames import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, Write, labels_of, lines_of
from webapp.plots.marks import Anchor, Dot, Label, Line, Plot
from webapp.plots.quality import Names
from webapp.plots.scales import Scale, is_drawable, logarithmic
from worker.contract.report import Latency

BELOW: Final = 18.0
ABOVE: Final = 10.0
ROOM_BELOW: Final = 3.0
"""Below the lowest point stands the name of its line."""


def latency_plot(
    measured: Iterable[Latency], names: Names, curves: Names, write: Write, alternative: str
) -> Plot | None:
    """Return one line for the median and one for the slow calls; `curves` names them. None without two points."""
    known = [each for each in measured if each.rows > 0 and each.p99_ms >= each.p50_ms > 0 and _is_drawable(each)]
    if len(known) < 2:
        return None
    x = Axis(scale=logarithmic((each.rows for each in known), LEFT, RIGHT), name=names[0], write=write)
    times = [time for each in known for time in (each.p50_ms, each.p99_ms)]
    y = Axis(scale=logarithmic([*times, min(times) / ROOM_BELOW], BOTTOM, TOP), name=names[1], write=write)
    typical = _points(((each.rows, each.p50_ms) for each in known), x.scale, y.scale, "point")
    slow = _points(((each.rows, each.p99_ms) for each in known), x.scale, y.scale, "slow")
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        alternative=alternative,
        lines=(*lines_of(x, y), *_joined(slow, "curve-slow"), *_joined(typical, "curve")),
        dots=(*slow, *typical),
        labels=(*labels_of(x, y), *_names(typical[0], slow[-1], curves)),
    )


def _is_drawable(each: Latency) -> bool:
    return all(map(is_drawable, (each.rows, each.p50_ms, each.p99_ms)))


def _points(pairs: Iterable[tuple[float, float]], x: Scale, y: Scale, kind: str) -> tuple[Dot, ...]:
    return tuple(Dot(x=x.at(rows), y=y.at(time), kind=kind) for rows, time in pairs)


def _joined(dots: Sequence[Dot], kind: str) -> tuple[Line, ...]:
    return tuple(Line(x1=a.x, y1=a.y, x2=b.x, y2=b.y, kind=kind) for a, b in itertools.pairwise(dots))


def _names(typical: Dot, slow: Dot, curves: Names) -> tuple[Label, Label]:
    """Put the names where lines that rise do not cross them: below the first point, and above the last."""
    return (
        Label(x=typical.x + 4, y=min(BOTTOM - 5, typical.y + BELOW), words=curves[0], anchor=Anchor.START),
        Label(x=slow.x, y=max(TOP - 4, slow.y - ABOVE), words=curves[1], anchor=Anchor.END),
    )
