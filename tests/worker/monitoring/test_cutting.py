"""Windows of a journal into which jobs write: no row is looked at twice, and none is left out."""

import pytest
from msgspec.structs import replace

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.monitoring import Found
from worker.contract.monitoring_run import SPAN_MAX_S, ClosedWindow, MonitorRequest, span_max_s
from worker.contract.records import Selector
from worker.contract.truth import BY_REQUEST
from worker.journal.forgetting import forget
from worker.journal.keeping import Bounds, remove_old
from worker.journal.writing import JournalWriter
from worker.monitoring.cutting import SETTLED_MS, cut, read


@pytest.fixture
def journal(tmp_path):
    return JournalWriter(tmp_path, "test", lambda: NOON_MS / 1000)


def note(journal, rows, at_ms):
    journal.note(ORIGIN, SIGNATURE, answered(f"r{at_ms}-{rows}", at_ms=at_ms, rows=rows))
    journal.flush()


HOUR_MS = 3_600_000


def test_windows_that_were_closed_keep_their_borders_when_a_row_is_gone(journal, tmp_path):
    for hour in range(22):
        note(journal, 1, NOON_MS + hour * HOUR_MS)
    asked = MonitorRequest(run_id="0" * 32, endpoint="diamonds", digest=ORIGIN.digest, now_ms=NOON_MS + DAY_MS)
    asked = replace(asked, rows_min=5, seconds_min=0.0)
    before = [each for each in cut(tmp_path / "diamonds", asked) if not each.is_open]
    closed = [
        ClosedWindow(begins_ms=each.begins_ms, ends_ms=each.ends_ms, rows=each.rows, found=Found(rows=each.rows))
        for each in before
    ]
    gone = Selector(by=BY_REQUEST, values=(f"r{NOON_MS + 7 * HOUR_MS}-1", f"r{NOON_MS + 10 * HOUR_MS}-1"))
    forget(tmp_path / "diamonds", gone, NOON_MS + DAY_MS)
    after = cut(tmp_path / "diamonds", replace(asked, closed=tuple(closed)))
    assert [(each.begins_ms, each.ends_ms) for each in after[:4]] == [(each.begins_ms, each.ends_ms) for each in before]
    assert [(each.rows, each.is_open) for each in after] == [
        (5, False), (4, False), (4, False), (5, False), (2, True),
    ]  # fmt: skip  # one line a window would be long


def test_on_a_quiet_endpoint_a_window_closes_before_its_rows_are_removed(journal, tmp_path):
    for day in range(7):
        note(journal, 60, NOON_MS + day * DAY_MS)
    now_ms = NOON_MS + 6 * DAY_MS + 2 * HOUR_MS
    assert remove_old(tmp_path / "diamonds", Bounds(days_kept=7, bytes_max=1 << 30), now_ms / 1000) == []
    asked = MonitorRequest(run_id="0" * 32, endpoint="diamonds", digest=ORIGIN.digest, now_ms=now_ms)
    asked = replace(asked, seconds_max=span_max_s(7))
    assert [(each.rows, each.is_open) for each in cut(tmp_path / "diamonds", asked)] == [(360, False), (60, True)]


@pytest.mark.parametrize(
    ("days", "seconds"), [(1, 43_200), (2, 86_400), (7, 6 * 86_400), (31, SPAN_MAX_S), (90, SPAN_MAX_S)]
)
def test_a_window_lasts_a_day_less_than_rows_are_kept(days, seconds):
    assert span_max_s(days) == seconds


def looks(tmp_path, *moments):
    """Return how many rows the closed windows have that are seen at these moments, one look after the other."""
    endpoint, from_ms, rows = tmp_path / "diamonds", 0, []
    for now_ms in moments:
        asked = MonitorRequest(
            run_id="0" * 32, endpoint="diamonds", digest=ORIGIN.digest, now_ms=now_ms, from_ms=from_ms
        )
        for each in cut(endpoint, asked):
            if not each.is_open:
                rows.append((each.rows, sum(block.rows for block in read(endpoint, asked, each))))
                from_ms = each.ends_ms + 1
    return rows


def test_a_job_in_which_a_window_is_full_is_read_once_and_whole(journal, tmp_path):
    for rows, day in ((400, 0.0), (2_000, 1.5), (600, 1.6), (600, 3.0)):
        note(journal, rows, NOON_MS + int(day * DAY_MS))
    assert looks(tmp_path, NOON_MS + 2 * DAY_MS, NOON_MS + 5 * DAY_MS) == [(2_400, 2_400), (600, 600), (600, 600)]


def test_what_is_written_a_moment_after_the_window_was_over_is_in_it(journal, tmp_path):
    note(journal, 600, NOON_MS)
    over_ms = NOON_MS + DAY_MS
    assert looks(tmp_path, over_ms + 1_000) == []
    note(journal, 50, over_ms - 2_000)
    assert looks(tmp_path, over_ms + 1_000, over_ms + SETTLED_MS) == [(650, 650)]
