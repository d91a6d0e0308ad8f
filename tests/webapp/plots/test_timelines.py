"""Timelines and pairs of distributions: where their marks lie."""

from webapp.plots.frames import BOTTOM, LEFT, RIGHT, TOP
from webapp.plots.pairs import pair_plot
from webapp.plots.timelines import Curve, Ground, Look, Step, timeline_plot

NAMES = (str, "beside", str)


def step(begins: float, value: float, low: float | None = None, high: float | None = None) -> Step:
    return Step(begins=begins, ends=begins + 1, value=value, low=low, high=high)


def plot_of(*steps: Step, look: Look = Look.STEPS, ground: Ground | None = None):
    return timeline_plot([Curve(look=look, steps=steps)], ground or Ground(from_nothing=True), NAMES, "Words.")


def test_a_window_is_a_step_as_long_as_it_lasted():
    plot = plot_of(*(step(at, 1.0) for at in range(10)))
    steps = [line for line in plot.lines if line.kind == "curve" and line.y1 == line.y2 and line.x2 > line.x1]
    assert (steps[0].x1, steps[0].x2) == (LEFT, round(LEFT + (RIGHT - LEFT) / 10, 2))


def test_a_band_reaches_from_the_lower_to_the_upper_end():
    (box,) = [box for box in plot_of(step(0, 5, 0, 10), ground=Ground()).boxes if box.kind == "band"]
    assert TOP < box.y < box.y + box.height < BOTTOM
    assert box.height > (BOTTOM - TOP) * 0.9


def test_a_point_stands_in_the_middle_of_its_window_with_its_interval():
    plot = plot_of(step(0, 5, 4, 6), look=Look.POINTS)
    (dot,) = plot.dots
    (line,) = [line for line in plot.lines if line.kind == "measured-interval"]
    assert dot.x == line.x1 == (LEFT + RIGHT) / 2
    assert line.y2 < dot.y < line.y1


def test_windows_far_apart_are_not_joined():
    near, far = plot_of(step(0, 1), step(1.5, 2)), plot_of(step(0, 1), step(5, 2))
    assert [sum(line.kind == "curve" for line in plot.lines) for plot in (near, far)] == [3, 2]


def test_the_ground_below_a_limit_is_filled_from_the_axis():
    (box,) = [box for box in plot_of(step(0, 1), look=Look.LIMIT).boxes if box.kind == "limit"]
    assert box.y + box.height == BOTTOM


def test_alarms_are_marked_at_the_axis():
    plot = plot_of(step(0, 1), step(7, 1), ground=Ground(alarms=((7, 8),)))
    (box,) = [box for box in plot.boxes if box.kind == "alarm"]
    assert box.x + box.width == RIGHT


def test_small_and_large_indices_stand_on_one_scale():
    plot = plot_of(step(0, 0.01), step(1, 0.1), step(2, 10), ground=Ground(is_logarithmic=True))
    levels = [line.y1 for line in plot.lines if line.kind == "curve" and line.y1 == line.y2]
    assert round(levels[1] - levels[2], 1) == round(2 * (levels[0] - levels[1]), 1)


def test_days_of_a_short_time_are_named_once_each():
    plot = timeline_plot(
        [Curve(look=Look.STEPS, steps=(step(100, 1),))], Ground(), (lambda day: f"day {day:.0f}", "", str), ""
    )
    days = [label.words for label in plot.labels if label.words.startswith("day")]
    assert len(days) == len(set(days)) > 1


def test_a_pair_has_two_columns_a_bin_as_high_as_their_shares():
    plot = pair_plot(([0.5, 0.5], [0.0, 1.0]), ["low", "high"], ("share", str), "Words.")
    assert [box.kind for box in plot.boxes] == ["then", "column"] * 2
    assert plot.boxes[2].height == 0.5 * plot.boxes[3].height
    assert plot.boxes[1].height == 0


def test_of_many_bins_some_are_named_and_long_names_are_cut():
    plot = pair_plot(([1.0] * 30, [1.0] * 30), ["a very long category"] * 30, ("", str), "")
    named = [label.words for label in plot.labels if label.words.startswith("a very")]
    assert named == ["a very l…"] * 6
