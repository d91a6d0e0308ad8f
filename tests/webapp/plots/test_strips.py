"""Drawings in the cells of tables."""

from itertools import pairwise

import pytest

from webapp.plots.strips import bar, columns, histogram, interval, shares_of


def boxes(strip, kind):
    return [(box.x, box.width) for box in strip.boxes if box.kind == kind]


@pytest.mark.parametrize(("share", "width"), [(0.25, 25), (1, 100), (1.7, 100), (-0.2, 0), (float("nan"), 0)])
def test_a_bar_covers_its_share_and_never_more(share, width):
    assert boxes(bar(share), "fill") == [(0, width)]


def test_an_interval_lies_around_its_value():
    strip = interval(0.5, 0.4, 0.8, most=1)
    assert boxes(strip, "span") == [(40, 40)]
    assert boxes(strip, "fill") == [(49.55, 0.9)]


def test_a_value_without_an_interval_stands_alone():
    assert boxes(interval(0.5, None, None, most=1), "span") == []


def test_the_mark_of_the_largest_value_stays_within():
    (mark,) = boxes(interval(1.0, 1.0, 1.0, most=1), "fill")
    assert sum(mark) <= 100


def test_an_even_spread_is_flat():
    assert shares_of([float(value) for value in range(101)], 4) == pytest.approx([0.25] * 4)


def test_what_is_frequent_is_high():
    shares = shares_of([0.0] * 80 + [float(value) for value in range(1, 22)], 3)
    assert shares[0] == pytest.approx(0.86, abs=0.02)
    assert sum(shares) == pytest.approx(1)


def test_one_value_stands_in_the_middle():
    strip = histogram([5.0] * 101)
    assert strip
    assert [box.x for box in strip.boxes if box.kind == "fill" and box.height > 0] == [50]


@pytest.mark.parametrize(
    "percentiles", [(), (1.0,), (2.0, 1.0), (0.0, float("nan")), (0.0, float("inf")), (-1e308, 1e308)]
)
def test_percentiles_that_are_none_draw_nothing(percentiles):
    assert histogram(percentiles) is None


def test_columns_stand_side_by_side():
    strip = columns([3, 1, 2])
    assert strip
    places = [(box.x, box.x + box.width) for box in strip.boxes if box.kind == "fill"]
    assert all(first[1] < second[0] for first, second in pairwise(places))


@pytest.mark.parametrize("shares", [[], [0, 0]])
def test_nothing_has_no_columns(shares):
    assert columns(shares) is None
