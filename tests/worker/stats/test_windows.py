"""Windows are cut by count and calendar, hold every row once, and end in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.stats.windows import DAY_S, Span, windows

TIMES = st.lists(st.floats(0, 100 * DAY_S), max_size=200).map(sorted)
SPAN = Span(rows_min=20)


def test_times_that_go_back_are_an_error():
    with pytest.raises(ValueError, match="go back"):
        windows(np.array([2.0, 1.0]), 3.0)


def test_no_rows_make_no_window():
    assert windows(np.zeros(0), 0.0) == []


@given(TIMES, st.floats(0, 200 * DAY_S))
def test_every_row_is_in_one_window(times, now_s):
    found = windows(np.array(times), now_s, SPAN)
    assert [place for each in found for place in range(each.first, each.end)] == list(range(len(times)))


@given(TIMES)
def test_full_windows_have_enough_rows_or_are_old(times):
    for each in windows(np.array(times), 1_000 * DAY_S, SPAN)[:-1]:
        length_s = each.ends_at_s - each.begins_at_s
        assert length_s <= 30 * DAY_S + 1e-6
        assert (each.rows >= 20 and length_s >= DAY_S) or length_s == pytest.approx(30 * DAY_S)


def test_a_busy_day_is_one_window():
    found = windows(np.linspace(0, 2 * DAY_S - 1, 5_000), 2 * DAY_S)
    assert [each.rows for each in found] == [2_500, 2_500]
    assert [each.is_open for each in found] == [False, True]


def test_a_slow_stream_waits_for_its_rows():
    found = windows(np.linspace(0, 7 * DAY_S, 701)[:-1], 7 * DAY_S)
    assert [each.rows for each in found] == [500, 200]
    assert found[1].is_open


def test_the_slowest_stream_ends_after_thirty_days():
    found = windows(np.linspace(0, 39 * DAY_S, 40), 100 * DAY_S)
    assert [each.rows for each in found] == [30, 10]
    assert not found[1].is_open


@given(st.lists(st.integers(0, 6), max_size=200).map(sorted), st.integers(1, 50))
def test_rows_of_one_moment_are_in_one_window(days, rows_min):
    found = windows(np.array(days) * DAY_S / 2, 1_000 * DAY_S, Span(rows_min=rows_min))
    assert all(days[each.first] > days[each.first - 1] for each in found if each.first)


def test_a_job_that_fills_a_window_is_in_it_as_a_whole():
    times = np.concatenate([np.linspace(0, 2 * DAY_S, 400), np.full(10_000, 2.5 * DAY_S), [2.6 * DAY_S]])
    found = windows(times, 2.7 * DAY_S)
    assert [each.rows for each in found] == [10_400, 1]
    assert [each.is_open for each in found] == [False, True]
