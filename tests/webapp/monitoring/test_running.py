"""When the data plane is asked to look, what it is handed over, and what is kept of its answer."""

from datetime import timedelta
from typing import Any

import msgspec
from kombu.exceptions import OperationalError

from tests.playground import NOON, deployed_endpoint
from tests.webapp.monitoring.test_health import looked, sent, window
from webapp.monitoring import running
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.monitoring.tasks import record_monitoring
from worker.contract import names
from worker.contract.monitoring import State
from worker.contract.monitoring_run import MonitorOutcome

__all__ = ["sent"]


def test_a_champion_is_looked_at_once_an_hour(penguins, sent):
    assert running.ask_due(NOON) == 1
    assert running.ask_due(NOON + timedelta(minutes=59)) == 0
    run = MonitoringRun.objects.get()
    running.record(MonitorOutcome(run_id=run.run_id), NOON)
    assert running.ask_due(NOON + timedelta(minutes=61)) == 1
    assert {name for name, _ in sent} == {names.TASK_MONITOR}


def test_a_run_that_was_lost_is_asked_for_again_after_a_while(penguins, sent):
    running.ask_due(NOON)
    assert running.ask_due(NOON + timedelta(hours=2)) == 0
    assert running.ask_due(NOON + timedelta(hours=4)) == 1


def test_endpoints_are_looked_at_one_after_the_other(penguins, alice, sent):
    iris = deployed_endpoint(alice, "iris")
    assert running.ask_due(NOON) == 1
    assert running.ask_due(NOON + timedelta(minutes=1)) == 0
    first = MonitoringRun.objects.get()
    record_monitoring(msgspec.to_builtins(MonitorOutcome(run_id=first.run_id)))
    assert {run.endpoint for run in MonitoringRun.objects.all()} == {penguins, iris}
    assert MonitoringRun.objects.filter(ended_at=None).count() == 1


def test_a_lost_look_holds_up_those_at_other_endpoints_for_minutes_only(penguins, alice, sent):
    iris = deployed_endpoint(alice, "iris")
    running.ask_due(NOON)
    assert running.ask_due(NOON + timedelta(minutes=11)) == 1
    assert {run.endpoint for run in MonitoringRun.objects.all()} == {penguins, iris}


def test_windows_are_shorter_where_rows_are_kept_for_less(penguins, sent):
    penguins.journal_days = 7
    penguins.save()
    running.ask(penguins, penguins.champion.version, NOON)
    assert sent[-1][1]["seconds_max"] == 6 * 86_400


def test_without_a_journal_nothing_is_looked_at(penguins, sent):
    penguins.keeps_journal = False
    penguins.save()
    assert running.ask_due(NOON) == 0


def test_the_next_run_goes_on_behind_the_last_closed_window_and_knows_what_they_showed(penguins, sent):
    looked(penguins, window(0), window(1, State.WATCHED))
    running.ask(penguins, penguins.champion.version, NOON)
    message = sent[-1][1]
    assert message["from_ms"] == window(1).ends_ms + 1
    assert [list(found["changed"]) for found in message["former"]] == [[], [{"kind": "drift", "name": "bill_mm"}]]


def test_what_was_found_is_kept_where_the_next_run_cannot_be_asked_for(penguins, sent, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError

    run = running.ask(penguins, penguins.champion.version, NOON)
    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    running.record(MonitorOutcome(run_id=run.run_id, windows=(window(0),), is_more=True), NOON)
    assert MonitoredWindow.objects.count() == 1
    assert not MonitoringRun.objects.filter(ended_at=None).exists()


def test_an_answer_that_has_more_and_nothing_is_not_asked_again(penguins, sent):
    looked(penguins, is_more=True)
    assert len(sent) == 1


def test_an_open_window_is_replaced_by_the_next_run(penguins, sent):
    looked(penguins, window(0), msgspec.structs.replace(window(1), is_open=True, rows=100))
    looked(penguins, msgspec.structs.replace(window(1), is_open=True, rows=300))
    assert list(MonitoredWindow.objects.order_by("begins_at").values_list("rows", flat=True)) == [600, 300]


def test_a_second_delivery_of_an_outcome_changes_nothing(penguins, sent):
    run = looked(penguins, window(0))
    running.record(MonitorOutcome(run_id=run.run_id, windows=(window(1),)), NOON)
    assert MonitoredWindow.objects.count() == 1


def test_what_was_not_finished_is_gone_on_with_at_once(penguins, sent):
    looked(penguins, window(0), is_more=True)
    assert [name for name, _ in sent] == [names.TASK_MONITOR] * 2


def test_a_queue_that_is_away_leaves_no_run_behind(penguins, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    assert running.ask_due(NOON) == 0
    assert not MonitoringRun.objects.exists()


def test_the_journal_is_kept_in_the_bounds_of_each_endpoint(penguins, sent):
    penguins.journal_days, penguins.journal_megabytes, penguins.hashed_features = 30, 50, ["note"]
    penguins.save()
    running.keep_journal()
    (name, message) = sent[-1]
    assert name == names.TASK_KEEP_JOURNAL
    bounds = {"endpoint": "penguins", "days": 30, "bytes_max": 50_000_000, "hashed": ("note",)}
    assert bounds in message["bounds"]
