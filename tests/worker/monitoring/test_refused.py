"""What an owner is told when rows are refused: since when, because of which feature, also where none is answered."""

import pytest

from tests.worker.monitoring.diamonds import DAY_MS, DIGEST, FIRST_MS, Story
from worker.contract.journal import KEEP_ALL
from worker.contract.monitoring import CheckKind, State, Subject
from worker.journal.columns import Origin
from worker.journal.refusals import RefusalCounts
from worker.tables.errors import Tally

TEXT = "carat", "wrong_type"
CARAT = Subject(kind=CheckKind.TYPE_FAILURE, name="carat")


@pytest.fixture
def story(tmp_path):
    return Story(tmp_path)


def refuse(story, day, requests, rows=1, reason=TEXT):
    """Refuse so many requests of a day, a few minutes apart."""
    counts = RefusalCounts(story.root / "journal", "story")
    for number in range(requests):
        at_ms = FIRST_MS + day * DAY_MS + number * 600_000
        counts.note(Origin("diamonds", 1, DIGEST, KEEP_ALL), Tally(rows, {reason: rows}), at_ms)
        counts.flush()


def checks_of(window):
    return {(each.kind, each.feature): each for each in window.checks}


def test_rows_that_are_refused_since_a_day_are_an_alarm_about_their_feature(story):
    for day in range(4):
        story.day()
        if day >= 2:
            refuse(story, day, requests=80)
    windows = story.look().windows
    assert [each.verdict.state for each in windows] == [State.STEADY, State.STEADY, State.WATCHED, State.CHANGED]
    assert windows[3].verdict.alarmed == (CARAT,)
    assert windows[3].verdict.since == 2
    found = checks_of(windows[3])[CheckKind.TYPE_FAILURE, "carat"]
    assert (found.count, found.rows, found.value) == (80, 680, "wrong_type")
    assert windows[3].refused.rows == windows[3].refused.requests == 80
    assert windows[1].refused is None
    assert {each.rows for each in windows} == {600}


def test_a_few_rows_are_told_and_alarm_nobody(story):
    for day in range(3):
        story.day()
        refuse(story, day, requests=5)
    windows = story.look().windows
    assert {each.verdict.state for each in windows} == {State.STEADY}
    assert [each.refused.rows for each in windows] == [5, 5, 5]


def test_where_every_row_is_refused_that_is_told_all_the_same(story):
    story.day()
    for day in (1, 2):
        story.days += 1
        refuse(story, day, requests=120, rows=10, reason=("cut", "missing"))
    windows = story.look().windows
    assert [each.rows for each in windows] == [600, 0, 0]
    last = windows[-1]
    assert last.verdict.state is State.CHANGED
    assert last.verdict.alarmed == (Subject(kind=CheckKind.REFUSED, name="cut"),)
    assert (last.refused.rows, last.operations) == (1_200, None)


def test_of_the_few_that_are_answered_beside_many_refused_nothing_else_is_concluded(story):
    story.day(lambda rows: rows.assign(carat=rows["carat"] * 200))
    refuse(story, 0, requests=120, rows=50)
    look = story.look(rows_min=100, seconds_min=3_600.0)
    few = [each for each in look.windows if each.rows < 200]
    assert few
    assert {subject.kind for each in few for subject in each.found.changed} == {CheckKind.TYPE_FAILURE}


def test_waits_are_told_beside_latencies_and_not_invented_for_older_rows(story):
    story.day()
    (window,) = story.look().windows
    assert window.operations.wait_p50_ms == 0.0
    assert window.operations.p95_ms > window.operations.p50_ms > 0
