"""Plots: where their points lie, and what they say."""

from django.template.loader import render_to_string
from django.utils import translation

from webapp.plots.frames import BOTTOM, LEFT, RIGHT, TOP
from webapp.plots.latency import latency_plot
from webapp.plots.quality import calibration_plot, residual_plot
from worker.contract.report import CalibrationBin, Latency

NAMES = ("below", "beside")


def bin_of(foretold: float, observed: float) -> CalibrationBin:
    return CalibrationBin(foretold=foretold, observed=observed, low=observed - 0.1, high=observed + 0.1, rows=10)


def latency(rows: int, p50_ms: float, p99_ms: float) -> Latency:
    return Latency(rows=rows, p50_ms=p50_ms, p99_ms=p99_ms)


def test_what_comes_true_as_foretold_lies_on_the_diagonal():
    plot = calibration_plot([bin_of(0.5, 0.5)], NAMES, str, "Half.")
    (dot,) = plot.dots
    assert (dot.x, dot.y) == ((LEFT + RIGHT) / 2, (TOP + BOTTOM) / 2)


def test_an_interval_stays_within_the_frame():
    plot = calibration_plot([bin_of(0.98, 0.95)], NAMES, str, "Much.")
    (line,) = [line for line in plot.lines if line.kind == "interval"]
    assert (line.x1, line.y2) == (line.x2, TOP)


def test_a_bin_that_is_no_number_is_left_out():
    assert calibration_plot([bin_of(float("nan"), 0.5)], NAMES, str, "").dots == ()


def test_true_values_above_the_answer_lie_above_the_diagonal():
    plot = residual_plot([(1, 9), (9, 1), (5, 5)], NAMES, str, "Three.")
    assert plot
    assert [dot.x - LEFT > BOTTOM - dot.y for dot in plot.dots[:2]] == [False, True]


def test_without_pairs_there_is_no_plot():
    assert residual_plot([(float("nan"), 1.0), (-1e308, 1e308)], NAMES, str, "") is None


def test_more_rows_take_longer_and_stand_further_right():
    plot = latency_plot([latency(1, 0.03, 0.2), latency(1000, 14, 18)], NAMES, ("half", "most"), str, "")
    assert plot
    slow, typical = plot.dots[:2], plot.dots[2:]
    assert typical[0].x < typical[1].x
    assert typical[0].y > typical[1].y
    assert slow[0].y < typical[0].y


def test_latency_of_one_size_or_of_nothing_is_no_line():
    assert latency_plot([latency(1, 0.03, 0.2)], NAMES, NAMES, str, "") is None
    assert latency_plot([latency(1, 0, 0), latency(10, 0, 0)], NAMES, NAMES, str, "") is None


def test_a_drawing_is_the_same_in_every_language_and_escapes_its_words():
    plot = residual_plot([(1.25, 2.5)], ("<b>", "beside"), str, 'a "quoted" text')
    english = render_to_string("plots/_plot.html", {"plot": plot})
    with translation.override("fr"):
        assert render_to_string("plots/_plot.html", {"plot": plot}) == english
    assert "&lt;b&gt;" in english
    assert "a &quot;quoted&quot; text" in english
    assert "style=" not in english
