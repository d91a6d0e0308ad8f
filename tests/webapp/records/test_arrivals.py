"""What came is kept until the rows are looked at again: the oldest row of each version, or that nobody knows."""

from datetime import timedelta

from tests.playground import NOON
from webapp.records.arrivals import SERVED_WITHIN, mark_looked, note
from webapp.records.models import OutcomeArrival
from worker.contract.truth import TruthOutcome


def outcome(**more) -> TruthOutcome:
    return TruthOutcome(delivery_id="0" * 32, taken=1, **more)


def known() -> dict[str, tuple[int | None, bool]]:
    return {each.digest: (each.since_ms, each.are_all_known) for each in OutcomeArrival.objects.all()}


def test_the_oldest_row_of_each_version_counts(penguins):
    note(penguins, outcome(since_ms={"a": 5, "b": 9}), NOON)
    note(penguins, outcome(since_ms={"a": 7, "b": 3}), NOON)
    assert known() == {"a": (5, True), "b": (3, True)}


def test_outcomes_of_no_row_are_of_nobody_yet(penguins):
    note(penguins, outcome(), NOON)
    assert known() == {}


def test_where_the_search_ended_early_every_version_that_served_lately_may_be_meant(penguins):
    digest = penguins.champion.version.digest
    note(penguins, outcome(since_ms={digest: 5}, stopped_at="2025-11-01"), NOON)
    assert known() == {digest: (5, False)}
    OutcomeArrival.objects.all().delete()
    penguins.deployments.update(ended_at=NOON - SERVED_WITHIN + timedelta(seconds=1))
    note(penguins, outcome(stopped_at="2025-11-01"), NOON)
    assert known() == {digest: (None, False)}
    OutcomeArrival.objects.all().delete()
    note(penguins, outcome(stopped_at="2025-11-01"), NOON + timedelta(days=1))
    assert known() == {}


def test_what_came_before_a_look_is_seen_by_it(penguins):
    note(penguins, outcome(since_ms={"a": 5}), NOON)
    mark_looked(penguins, "a", NOON - timedelta(seconds=1))
    mark_looked(penguins, "b", NOON)
    assert known() == {"a": (5, True)}
    mark_looked(penguins, "a", NOON)
    assert known() == {}
