"""How many rows a day are answered, also where a job brings them all at one moment."""

from datetime import timedelta

import msgspec
import pytest

from tests.playground import NOON
from tests.webapp.monitoring.test_health import window
from webapp.monitoring.histories import Seen
from webapp.monitoring.outcome_histories import work_histories
from worker.contract.monitoring_run import Operations, Refusals

FEW = Refusals(rows=300, requests=0)


def rows_a_day(rows: int, lasted: timedelta, *, is_open: bool = False, refused: Refusals | None = None) -> float:
    report = msgspec.structs.replace(
        window(0, operations=Operations(requests=1, rows=rows)), rows=rows, is_open=is_open, refused=refused
    )
    seen = Seen(begins_at=NOON, ends_at=NOON + lasted, is_open=is_open, report=report)
    return work_histories([seen])[0].readings[0].value


@pytest.mark.parametrize(
    ("rows", "lasted", "value"),
    [
        (10_000, timedelta(0), 10_000),
        (600, timedelta(hours=23, minutes=59), 600),
        (600, timedelta(days=2), 300),
        (300, timedelta(0), 10),
        (300, timedelta(days=29, hours=23), 10),
    ],
)
def test_a_window_lasts_as_long_as_it_stood_open(rows, lasted, value):
    assert rows_a_day(rows, lasted) == pytest.approx(value)


def test_one_that_grows_is_told_as_if_its_day_were_over():
    assert rows_a_day(300, timedelta(hours=2), is_open=True) == 300


def test_rows_that_were_refused_fill_a_window_too():
    assert rows_a_day(300, timedelta(0), refused=FEW) == 300


def test_a_window_of_a_journal_that_keeps_little_lasted_less():
    report = msgspec.structs.replace(
        window(0, operations=Operations(requests=1, rows=420)), rows=420, seconds_max=6 * 86_400.0
    )
    seen = Seen(begins_at=NOON, ends_at=NOON, is_open=False, report=report)
    assert work_histories([seen])[0].readings[0].value == 70
