"""A run looks at as many windows as its budget allows, and the next one goes on behind them."""

import itertools

import pytest

from tests.worker.monitoring.diamonds import DAY_MS, FIRST_MS, Story
from worker.contract.monitoring import DomainDrift, Found
from worker.contract.monitoring_run import KnownDomain
from worker.monitoring.process import Budget

ALIKE = DomainDrift(rows=600, reference_rows=600, area=0.5, low=0.4, high=0.6, p=0.5)
KNOWN = tuple(KnownDomain(begins_ms=FIRST_MS + day * DAY_MS, domain=ALIKE) for day in range(3))
"""To tell the rows apart takes seconds, and is not what this is about."""


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    made = Story(tmp_path_factory.mktemp("budget"))
    for _ in range(3):
        made.day()
    return made


@pytest.mark.parametrize(
    ("budget", "windows"),
    [
        (Budget(), 3),
        (Budget(rows=1), 1),
        (Budget(rows=601), 2),
        (Budget(rows=10_000, seconds=2.0, clock=itertools.count().__next__), 2),
        (Budget(rows=10_000, seconds=0.0), 1),
    ],
)
def test_it_ends_after_the_window_that_spends_the_budget(story, budget, windows):
    outcome = story.look(budget, known=KNOWN)
    assert (len(outcome.windows), outcome.is_more) == (windows, windows < 3)


def test_runs_of_one_window_each_show_what_one_run_does(story):
    whole = story.look(known=KNOWN).windows
    former: list[Found] = []
    from_ms = 0
    for each in whole:
        (window, *_) = story.look(Budget(rows=1), from_ms=from_ms, former=tuple(former), known=KNOWN).windows
        assert (window.begins_ms, window.found, window.verdict.state) == (
            each.begins_ms,
            each.found,
            each.verdict.state,
        )
        former.append(window.found)
        from_ms = window.ends_ms + 1
