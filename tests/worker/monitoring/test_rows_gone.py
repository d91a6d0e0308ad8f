"""A person's rows are deleted: their window keeps what it said, and the outcomes of all others reach their figures."""

import pytest

from tests.worker.monitoring.diamonds import DAY_MS, FIRST_MS, ROWS_A_DAY, Story
from worker.contract.monitoring import State
from worker.contract.monitoring_run import ClosedWindow
from worker.contract.records import Selector
from worker.contract.truth import BY_REQUEST, Truth
from worker.journal import truth
from worker.journal.forgetting import forget

GONE = ROWS_A_DAY - 100


def in_milligrams(rows):
    return rows.assign(carat=rows["carat"] * 200)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What three windows show, of which the last two have weights in another unit, and again with most of one gone."""
    story = Story(tmp_path_factory.mktemp("gone"))
    for change in (lambda rows: rows, in_milligrams, in_milligrams):
        story.day(change)
    windows = story.look().windows
    closed = tuple(
        ClosedWindow(begins_ms=each.begins_ms, ends_ms=each.ends_ms, rows=each.rows, found=each.found)
        for each in windows
    )
    names = tuple(f"d1-{row}" for row in range(GONE))
    forget(story.journal, Selector(by=BY_REQUEST, values=names), FIRST_MS + 9 * DAY_MS)
    late = [Truth(BY_REQUEST, f"d2-{row}", 1_000.0) for row in range(ROWS_A_DAY)]
    truth.append(story.journal, late, FIRST_MS + 4 * DAY_MS)
    return windows, story.look(closed=closed).windows


def test_the_windows_around_keep_their_borders_and_take_their_outcomes(told):
    before, after = told
    assert [(each.begins_ms, each.rows) for each in after] == [(before[at].begins_ms, ROWS_A_DAY) for at in (0, 2)]
    assert [each.coverage.known for each in after] == [0, ROWS_A_DAY]


def test_what_the_window_showed_counts_in_the_verdict_about_those_behind_it(told):
    before, after = told
    assert before[2].verdict.state is State.CHANGED
    assert after[1].verdict == before[2].verdict
