"""From numbers to pixels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.plots.scales import Scale, decades, even, is_drawable, logarithmic, round_numbers


def test_numbers_stand_between_the_pixels():
    scale = Scale(low=0, high=10, start=100, end=200)
    assert [scale.at(value) for value in (0, 2.5, 10)] == [100, 125, 200]


def test_an_upright_axis_runs_from_below():
    assert Scale(low=0, high=1, start=200, end=0).at(0.25) == 150


@pytest.mark.parametrize(("value", "pixel"), [(-5, 100), (99, 200), (float("inf"), 200)])
def test_what_lies_beyond_is_put_at_the_end(value, pixel):
    assert Scale(low=0, high=10, start=100, end=200).at(value) == pixel


def test_powers_of_ten_are_evenly_apart():
    scale = logarithmic((0.02, 30), 0, 400)
    assert [scale.at(value) for value in (0.01, 0.1, 100)] == [0, 100, 400]
    assert scale.ticks() == (0.01, 0.1, 1, 10, 100)


def test_one_number_alone_has_room():
    scale = even([7.0], 0, 100)
    assert scale.at(7.0) == 50


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)),
        (-3, 17, (0, 5, 10, 15)),
        (326, 18_823, (5000, 10_000, 15_000)),
        (0.13, 0.19, (0.14, 0.16, 0.18)),
        (5, 5, (5,)),
    ],
)
def test_ticks_are_round(low, high, ticks):
    assert round_numbers(low, high) == pytest.approx(ticks)


@pytest.mark.parametrize("high", [1e-3, 1.0, 12.0, 999.0, 1e149])
def test_there_are_some_ticks_and_not_too_many(high):
    assert 2 <= len(round_numbers(-high / 3, high)) <= 6


def test_many_decades_are_thinned_out():
    assert decades(1e-6, 1e6) == pytest.approx((1e-6, 1e-3, 1, 1e3, 1e6))


@given(st.lists(st.floats().filter(is_drawable), min_size=1, max_size=5))
def test_any_numbers_stand_on_a_scale_with_few_ticks(values):
    scale = even(values, 0, 100)
    assert all(0 <= scale.at(value) <= 100 for value in values)
    assert len(scale.ticks()) <= 6
    assert all(scale.low <= tick * (1 + 1e-9) or tick <= scale.high for tick in scale.ticks())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, 1e-300])
def test_what_no_scale_holds_is_not_drawn(value):
    assert not is_drawable(value)


@pytest.mark.parametrize(
    ("most", "ticks"), [(1, [0, 1]), (1.06, [0, 1]), (2.5, [0, 1, 2]), (3, [0, 1, 2, 3]), (11, [0, 2, 4, 6, 8, 10])]
)
def test_of_counts_only_whole_numbers_stand_beside(most, ticks):
    assert list(Scale(low=0, high=most, start=0, end=100, is_counted=True).ticks()) == ticks


def test_of_other_numbers_parts_stand_beside_as_well():
    assert 0.5 in [round(each, 9) for each in Scale(low=0, high=2.5, start=0, end=100).ticks()]
