"""What is asked of the data plane about an endpoint, what comes back, and how the page says it."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.urls import reverse
from django.utils import translation
from kombu.exceptions import OperationalError

from tests.playground import NOON, deployed_endpoint
from webapp.monitoring import running
from webapp.monitoring.models import MonitoredWindow, MonitoringRun
from webapp.monitoring.tasks import record_monitoring
from webapp.records.models import to_ms
from worker.contract import names
from worker.contract.manifest import Quality
from worker.contract.monitoring import (
    Cause,
    CauseKind,
    Check,
    CheckKind,
    Estimate,
    FeatureDrift,
    Found,
    Slice,
    State,
    Subject,
    Verdict,
)
from worker.contract.monitoring_run import Coverage, MonitorOutcome, Operations, Reason, Refusals, WindowReport
from worker.contract.words import Words

DAY = timedelta(days=1)
CARAT = FeatureDrift(
    name="bill_mm", rows=600, reference_rows=300, bins=10, psi=6.5, floor=0.03, test="ks", statistic=1.0, p=0, q=0,
    counts=(0, 600), median=160.0, reference_median=0.8, is_significant=True, is_relevant=True, is_changed=True,
    causes=(Cause(kind=CauseKind.FACTOR, factor=200.0, unit="carat to mg"),),
)  # fmt: skip  # one thought a line
DRIFTED = (Subject(kind="drift", name="bill_mm"),)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What was sent to the data plane, by the names of the tasks."""
    messages: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "webapp.celery.app.send_task", lambda name, kwargs, queue: messages.append((name, kwargs["message"]))
    )
    return messages


def window(day: int, state: State = State.STEADY, **more: Any) -> WindowReport:
    begins = NOON + day * DAY
    changed = DRIFTED if state in (State.CHANGED, State.WATCHED) else ()
    named = {State.CHANGED: "alarmed", State.WATCHED: "watched"}.get(state)
    verdict = Verdict(state=state, rows=600, rows_needed=200)
    if named:
        verdict = msgspec.structs.replace(verdict, **{named: changed})
    return WindowReport(
        begins_ms=to_ms(begins), ends_ms=to_ms(begins + DAY) - 1, is_open=False, rows=600, looked_at=600,
        found=Found(rows=600, changed=changed), verdict=verdict, **more,
    )  # fmt: skip  # as above


def looked(endpoint, *windows: WindowReport, **more: Any) -> MonitoringRun:
    run = running.ask(endpoint, endpoint.champion.version, NOON)
    running.record(MonitorOutcome(run_id=run.run_id, windows=windows, **more), NOON)
    run.refresh_from_db()
    return run


def page(client, endpoint) -> str:
    content: bytes = client.get(reverse("endpoint_health", args=[endpoint.name])).content
    return content.decode()


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


def test_a_page_before_the_first_look_says_what_will_come(client, alice, penguins):
    client.force_login(alice)
    assert "As soon as rows have come" in page(client, penguins)


def test_a_quiet_endpoint_is_told_in_the_first_line(client, alice, penguins, sent):
    looked(penguins, window(0))
    client.force_login(alice)
    assert "Nothing unusual in the last 600 rows." in page(client, penguins)


def test_few_rows_are_no_verdict(client, alice, penguins, sent):
    few = msgspec.structs.replace(window(0), verdict=Verdict(state=State.NOT_ENOUGH_DATA, rows=80, rows_needed=200))
    looked(penguins, few)
    client.force_login(alice)
    assert "Not enough data yet: 80 of 200 rows." in page(client, penguins)


@pytest.fixture
def drifted(penguins, sent):
    """Quiet days and two with the wrong unit, some outcomes known."""
    figures = {
        "features": (CARAT,),
        "ranking": (("bill_mm", 6.5),),
        "estimated": (Estimate(name="mae", value=270.0, low=250.0, high=290.0, rows=600),),
        "realised": (Quality(name="mae", value=1153.0, low=1066.0, high=1242.0),),
        "coverage": Coverage(rows=600, known=300, delay_s=3 * 86_400.0, is_biased=True, p=0.0001),
        "operations": Operations(requests=600, rows=600, p50_ms=1.2, p95_ms=4.5, p99_ms=9.0),
        "checks": (Check(kind=CheckKind.MISSING, feature="island", count=60, rows=600, low=0.08, high=0.13,
                         expected=0.0, is_changed=True),),
        "slices": (Slice(feature="island", rows=90, loss=3.0, excess=1.5, low=1.0, high=2.0, q=0.01, value="Dream"),),
    }  # fmt: skip  # as above
    looked(penguins, window(0), window(1, State.WATCHED), window(2, State.CHANGED, **figures))
    return penguins


def test_what_changed_since_when_and_why_is_told(client, alice, drifted):
    client.force_login(alice)
    told = page(client, drifted)
    assert "Changed since 18 November 2025: bill_mm." in told
    assert "The unit has probably changed (carat to mg): values are 200 times what they were." in told
    assert "Missing in 10.0 % of the rows" in told
    assert "The outcome of 300 of 600 rows is known (50.0 %)." in told
    assert "They are no fair sample" in told
    assert "island is “Dream”</th>" in told
    assert "roll back" in told


def test_all_of_it_is_said_in_french(client, alice, drifted):
    client.force_login(alice)
    client.cookies["django_language"] = "fr"
    told = page(client, drifted)
    assert "Changement depuis le 18 novembre 2025" in told
    assert "unité a probablement changé (carat to mg)" in told
    with translation.override("fr"):
        assert "Santé de" in told


@pytest.fixture
def refused(penguins, sent):
    """A window in which an eighth of the rows is refused, after one that an older version of the box looked at."""
    reasons = (
        Reason(feature="bill_mm", code="wrong_type", rows=80),
        Reason(feature="", code="not_json", rows=6),
        Reason(feature="island", code="a_code_of_tomorrow", rows=1),
    )
    figures = {
        "refused": Refusals(rows=86, requests=40, reasons=reasons),
        "checks": (Check(kind=CheckKind.TYPE_FAILURE, feature="bill_mm", count=80, rows=686, low=0.09, high=0.15,
                         expected=0.0, value="wrong_type", is_significant=True, is_changed=True),),
        "operations": Operations(requests=600, rows=600, p50_ms=1.2, p95_ms=4.5, p99_ms=9.0, wait_p50_ms=0.3,
                                 wait_p95_ms=2.25),
    }  # fmt: skip  # as above
    looked(penguins, window(0), window(1, State.CHANGED, **figures))
    return penguins


def test_what_was_refused_because_of_what_is_told(client, alice, refused):
    client.force_login(alice)
    told = page(client, refused)
    assert "11.7 % of the rows asked were refused: of another type." in told
    assert "<dt>Rows refused</dt><dd>86 (12.5 %)</dd><dt>Requests refused</dt><dd>40</dd>" in told
    assert '<th scope="row">whole rows</th><td>the body is not JSON</td>' in told
    assert "a_code_of_tomorrow" in told
    assert "<dt>Waited for a worker, 95 of 100</dt><dd>2.25 ms</dd>" in told


def test_what_was_refused_is_said_in_french(client, alice, refused):
    client.force_login(alice)
    client.cookies["django_language"] = "fr"
    assert "des lignes demandées ont été refusées" in page(client, refused)


def test_why_a_look_came_to_nothing_is_told(client, alice, penguins, sent):
    looked(penguins, reason=Words("The look could not be done."))
    client.force_login(alice)
    assert "The look could not be done." in page(client, penguins)


def test_somebody_may_have_it_looked_at_now(client, alice, penguins, sent):
    client.force_login(alice)
    answer = client.post(reverse("endpoint_health", args=["penguins"]))
    assert answer.status_code == 302
    assert [name for name, _ in sent] == [names.TASK_MONITOR]
    assert "Looking…" in page(client, penguins)


def test_who_may_only_use_an_endpoint_does_not_see_its_health(client, bob, penguins):
    client.force_login(bob)
    assert client.get(reverse("endpoint_health", args=["penguins"])).status_code == 403


def test_an_endpoint_without_a_version_has_nothing_to_look_at(client, alice, penguins):
    penguins.deployments.update(ended_at=NOON)
    client.force_login(alice)
    assert "nothing to look at" in page(client, penguins)
