"""Windows of a journal into which jobs write: no row is looked at twice, and none is left out."""

import pytest

from tests.worker.journal.rows import DAY_MS, NOON_MS, ORIGIN, SIGNATURE, answered
from worker.contract.monitoring_run import MonitorRequest
from worker.journal.writing import JournalWriter
from worker.monitoring.cutting import SETTLED_MS, cut, read


@pytest.fixture
def journal(tmp_path):
    return JournalWriter(tmp_path, "test", lambda: NOON_MS / 1000)


def note(journal, rows, at_ms):
    journal.note(ORIGIN, SIGNATURE, answered(f"r{at_ms}-{rows}", at_ms=at_ms, rows=rows))
    journal.flush()


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
