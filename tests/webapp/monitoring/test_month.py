"""The report of a month: the days between which a change was there."""

from datetime import timedelta

from tests.playground import NOON
from tests.webapp.monitoring.test_health import DAY, window
from webapp.monitoring.histories import Seen
from webapp.monitoring.month_changes import changes
from worker.contract.monitoring import State


def seen(day: int, state: State = State.STEADY) -> Seen:
    begins_at = NOON + day * DAY
    ends_at = begins_at + DAY - timedelta(minutes=1)
    return Seen(begins_at=begins_at, ends_at=ends_at, is_open=False, report=window(day, state))


def test_a_change_begins_with_the_run_that_its_alarm_is_about():
    lone, quiet = seen(-9, State.WATCHED), [seen(day) for day in range(-8, 0)]
    windows = [lone, *quiet, seen(0, State.WATCHED), seen(1), seen(2, State.CHANGED)]
    (row,) = changes(windows)
    assert (row.begins, row.ends, row.windows) == ("17 Nov 2025", "20 Nov 2025", "1")
