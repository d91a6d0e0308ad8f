"""All columns together: each new window is told apart from the reference once, and what came of it stays."""

import msgspec
import pytest

from tests.worker.monitoring.diamonds import DAY_MS, FIRST_MS, Story
from worker.contract.monitoring import DomainDrift, State, Subject
from worker.contract.monitoring_run import KnownDomain
from worker.stats.verdict import DOMAIN

TOGETHER = Subject(kind=DOMAIN)


def unmatched(rows):
    """Return rows whose weights are those of other diamonds: no column is otherwise, and none goes with another."""
    return rows.assign(carat=rows["carat"].to_numpy()[::-1])


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A story of two quiet days and two on which columns do not go together, and what all windows of it show."""
    story = Story(tmp_path_factory.mktemp("apart"))
    for change in (lambda rows: rows, lambda rows: rows, unmatched, unmatched):
        story.day(change)
    return story, story.look().windows


def test_what_all_columns_together_show_in_two_windows_of_one_run_is_an_alarm(told):
    windows = told[1]
    assert [TOGETHER in each.found.changed for each in windows] == [False, False, True, True]
    assert windows[3].verdict.state is State.CHANGED
    assert TOGETHER in windows[3].verdict.alarmed
    assert "carat" not in {each.name for each in windows[3].features if each.is_changed}


def test_of_many_new_windows_the_last_are_told_apart(told):
    assert [each.domain is not None for each in told[1]] == [False, True, True, True]


def test_a_window_that_is_looked_at_again_keeps_what_was_found_and_its_part_of_the_verdict(told):
    story, windows = told
    made = DomainDrift(rows=600, reference_rows=600, area=0.91, low=0.4, high=0.6, p=0.0, is_changed=True)
    known = [KnownDomain(begins_ms=FIRST_MS + day * DAY_MS, domain=made) for day in range(4)]
    again = story.look(known=tuple(known)).windows
    assert [each.domain for each in again] == [made] * 4
    assert TOGETHER in again[1].verdict.alarmed
    assert msgspec.structs.replace(again[3], domain=windows[3].domain).found == windows[3].found
