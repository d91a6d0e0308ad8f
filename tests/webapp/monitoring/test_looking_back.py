"""Outcomes come late: the windows of their rows are looked at again, of former champions as well."""

from datetime import timedelta

import msgspec

from tests.playground import NOON, deployed_endpoint
from tests.webapp.monitoring.test_health import looked, sent, window
from webapp.monitoring import running
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.records.arrivals import SERVED_WITHIN
from webapp.records.models import OutcomeArrival
from worker.contract.monitoring import DomainDrift, State
from worker.contract.monitoring_run import MonitorOutcome, WindowReport
from worker.contract.words import Words

__all__ = ["sent"]


def arrived(endpoint, at=NOON + timedelta(minutes=5), since: WindowReport | None = None) -> None:
    """Outcomes came: of rows from the middle of a window on, or of rows that nobody knows."""
    since_ms = since.begins_ms + 1000 if since else None
    version = endpoint.deployments.first().version
    OutcomeArrival.objects.create(
        endpoint=endpoint, digest=version.digest, since_ms=since_ms, are_all_known=since is not None, came_at=at
    )


def test_outcomes_that_come_late_have_closed_windows_looked_at_again_once(penguins, sent, monkeypatch):
    monkeypatch.setattr(running, "LOOKED_BACK_AT", 2)
    looked(penguins, window(0, State.WATCHED), window(1), window(2))
    arrived(penguins)
    run = running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=1))
    message = sent[-1][1]
    assert message["from_ms"] == window(1).begins_ms
    assert [list(found["changed"]) for found in message["former"]] == [[{"kind": "drift", "name": "bill_mm"}]]
    running.record(MonitorOutcome(run_id=run.run_id, windows=(window(1, State.CHANGED), window(2))), NOON)
    states = MonitoredWindow.objects.order_by("begins_at").values_list("state", flat=True)
    assert list(states) == [State.WATCHED, State.CHANGED, State.STEADY]
    running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=2))
    assert sent[-1][1]["from_ms"] == window(2).ends_ms + 1


DAYS = tuple(window(day) for day in range(4))


def from_ms(endpoint, sent, at=NOON + timedelta(hours=1)) -> int:
    running.ask(endpoint, endpoint.champion.version, at)
    return int(sent[-1][1]["from_ms"])


def test_where_it_is_known_which_rows_outcomes_are_of_one_looks_back_to_these(penguins, sent, monkeypatch):
    monkeypatch.setattr(running, "LOOKED_BACK_AT", 1)
    looked(penguins, *DAYS)
    arrived(penguins, since=window(1))
    assert from_ms(penguins, sent) == window(1).begins_ms
    assert len(sent[-1][1]["former"]) == 1


def test_one_looks_back_only_so_far(penguins, sent, monkeypatch):
    monkeypatch.setattr(running, "LOOKED_BACK_MAX", 2)
    looked(penguins, *DAYS)
    arrived(penguins, since=window(0))
    assert from_ms(penguins, sent) == window(2).begins_ms


def test_outcomes_of_the_open_window_have_no_closed_one_looked_at_again(penguins, sent):
    looked(penguins, *DAYS)
    arrived(penguins, since=window(4))
    assert from_ms(penguins, sent) == window(3).ends_ms + 1


def test_outcomes_of_another_version_change_nothing(penguins, sent):
    looked(penguins, *DAYS)
    arrived(penguins)
    OutcomeArrival.objects.update(digest="another")
    assert from_ms(penguins, sent) == window(3).ends_ms + 1


def test_a_look_that_failed_is_made_up_for(penguins, sent):
    looked(penguins, *DAYS)
    arrived(penguins, at=NOON, since=window(2))
    looked(penguins, reason=Words("The look could not be done."))
    assert from_ms(penguins, sent) == window(2).begins_ms


def test_outcomes_that_come_during_a_look_have_another_one_done(penguins, sent):
    looked(penguins, *DAYS)
    run = running.ask(penguins, penguins.champion.version, NOON)
    arrived(penguins, at=NOON + timedelta(seconds=1), since=window(2))
    running.record(MonitorOutcome(run_id=run.run_id), NOON + timedelta(minutes=1))
    assert from_ms(penguins, sent) == window(2).begins_ms


def test_a_look_back_that_was_not_finished_goes_on_behind_what_it_saw(penguins, sent):
    looked(penguins, *DAYS)
    arrived(penguins, at=NOON, since=window(0))
    looked(penguins, window(0, State.WATCHED), window(1), is_more=True)
    message = sent[-1][1]
    assert message["from_ms"] == window(1).ends_ms + 1
    assert [list(found["changed"]) for found in message["former"]] == [[{"kind": "drift", "name": "bill_mm"}], []]
    assert OutcomeArrival.objects.exists()
    run = MonitoringRun.objects.get(ended_at=None)
    running.record(MonitorOutcome(run_id=run.run_id, windows=(window(2), window(3))), NOON)
    assert not OutcomeArrival.objects.exists()


def test_a_version_that_served_lately_is_looked_at_again_when_outcomes_came(penguins, sent):
    looked(penguins, *DAYS)
    penguins.deployments.update(ended_at=NOON)
    later = NOON + timedelta(hours=2)
    assert running.ask_due(later) == 0
    arrived(penguins, since=window(1))
    assert running.ask_due(NOON + timedelta(minutes=59)) == 0
    assert running.ask_due(NOON + SERVED_WITHIN) == 0
    assert running.ask_due(later) == 1
    assert sent[-1][1]["from_ms"] == window(1).begins_ms
    run = MonitoringRun.objects.get(ended_at=None)
    running.record(MonitorOutcome(run_id=run.run_id, windows=DAYS[1:]), later)
    assert running.ask_due(later + timedelta(hours=2)) == 0


def test_champions_are_looked_at_before_versions_that_were(penguins, alice, sent):
    looked(penguins)
    arrived(penguins)
    penguins.deployments.update(ended_at=NOON)
    other = deployed_endpoint(alice, "diamonds")
    assert [running.ask_due(NOON + timedelta(hours=2)) for _ in range(2)] == [1, 0]
    assert sent[-1][1]["endpoint"] == other.name


def test_a_window_of_which_rows_have_gone_is_left_as_it_was(penguins, sent):
    looked(penguins, window(0), window(1))
    arrived(penguins)
    half, later = (
        msgspec.structs.replace(window(0), rows=300),
        msgspec.structs.replace(window(1), begins_ms=window(1).begins_ms + 7),
    )
    run = running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=1))
    running.record(MonitorOutcome(run_id=run.run_id, windows=(half, later, window(2))), NOON)
    assert list(MonitoredWindow.objects.order_by("begins_at").values_list("rows", flat=True)) == [600, 600, 600]


def test_a_look_at_old_windows_that_was_not_finished_goes_on_where_it_stopped(penguins, sent):
    looked(penguins, *(window(day) for day in range(4)), msgspec.structs.replace(window(4), is_open=True, rows=9))
    arrived(penguins)
    run, later = running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=1)), NOON + timedelta(hours=2)
    assert sent[-1][1]["from_ms"] == window(0).begins_ms
    running.record(MonitorOutcome(run_id=run.run_id, windows=(window(0), window(1)), is_more=True), later)
    assert sent[-1][1]["from_ms"] == window(2).begins_ms
    assert len(sent[-1][1]["former"]) == 2
    assert MonitoredWindow.objects.filter(is_open=True).exists()
    run = MonitoringRun.objects.get(ended_at=None)
    running.record(MonitorOutcome(run_id=run.run_id, windows=(window(2), window(3)), is_more=True), later)
    assert sent[-1][1]["from_ms"] == window(3).ends_ms + 1


def test_a_look_at_old_windows_that_failed_twice_is_not_tried_again_with_the_same_outcomes(penguins, sent):
    looked(penguins, window(0), window(1))
    arrived(penguins)
    for hour, begins in ((1, window(0).begins_ms), (2, window(0).begins_ms), (3, window(1).ends_ms + 1)):
        run = running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=hour))
        assert sent[-1][1]["from_ms"] == begins
        running.record(MonitorOutcome(run_id=run.run_id, reason=Words("The look could not be done.")), NOON)
    arrived(penguins, at=NOON + timedelta(hours=4))
    running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=5))
    assert sent[-1][1]["from_ms"] == window(0).begins_ms


def test_the_borders_of_windows_that_are_looked_at_again_are_handed_over(penguins, sent):
    looked(penguins, *DAYS)
    arrived(penguins, since=window(2))
    running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=1))
    assert [(each["begins_ms"], each["ends_ms"], each["rows"]) for each in sent[-1][1]["closed"]] == [
        (window(day).begins_ms, window(day).ends_ms, 600) for day in (2, 3)
    ]


def test_how_rows_were_told_apart_is_handed_over_with_the_windows_that_are_looked_at_again(penguins, sent):
    domain = DomainDrift(rows=600, reference_rows=300, area=0.8, low=0.4, high=0.6, p=0.0, is_changed=True)
    looked(penguins, window(0), window(1, domain=domain))
    assert not sent[-1][1]["known"]
    arrived(penguins)
    running.ask(penguins, penguins.champion.version, NOON + timedelta(hours=1))
    (known,) = sent[-1][1]["known"]
    assert known == {"begins_ms": window(1).begins_ms, "domain": msgspec.to_builtins(domain)}
