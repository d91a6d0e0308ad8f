"""The plot of how numbers are distributed."""

import math
from typing import Any

import pytest

from webapp.plots.distributions import histogram_plot
from webapp.plots.frames import BOTTOM, LEFT, RIGHT, TOP
from webapp.plots.marks import Plot
from worker.contract.batch import Histogram


def plot(**changes: Any) -> Plot | None:
    known: dict[str, Any] = {"edges": (0.0, 1.0, 2.0, 4.0), "counts": (2, 4, 0), "mean": 1.2, "median": 1.1}
    return histogram_plot(Histogram(**(known | changes)), ("price", "rows"), str, "prices")


def test_the_highest_column_reaches_the_top():
    drawn = plot()
    assert drawn is not None
    columns = [box for box in drawn.boxes if box.kind == "column"]
    assert [(box.y, box.height) for box in columns[1:]] == [(TOP, BOTTOM - TOP), (BOTTOM, 0)]
    assert columns[0].height == pytest.approx((BOTTOM - TOP) / 2)


def test_a_wide_bin_is_drawn_wide():
    drawn = plot()
    assert drawn is not None
    last = drawn.boxes[-1]
    assert last.x == pytest.approx((LEFT + RIGHT) / 2)


def test_mean_and_median_are_marked():
    drawn = plot()
    assert drawn is not None
    assert [line.kind for line in drawn.lines if line.kind in {"mean", "middle"}] == ["middle", "mean"]


def test_a_mean_that_is_no_number_is_left_out():
    drawn = plot(mean=math.inf)
    assert drawn is not None
    assert "mean" not in [line.kind for line in drawn.lines]


@pytest.mark.parametrize(
    "changes",
    [
        {"counts": (0, 0, 0)},
        {"counts": ()},
        {"counts": (1, 2)},
        {"counts": (1, -2, 3)},
        {"edges": (0.0, 1.0, 1.0, 4.0)},
        {"edges": (0.0, 1.0, 2.0, math.inf)},
        {"edges": ()},
    ],
)
def test_what_is_no_histogram_is_not_drawn(changes):
    assert plot(**changes) is None
