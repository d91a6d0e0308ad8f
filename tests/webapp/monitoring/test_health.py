"""What is asked of the data plane about an endpoint, what comes back, and how the page says it."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.urls import reverse
from django.utils import translation

from tests.playground import NOON
from tests.webapp.endpoints.test_deploying import add_version
from webapp.endpoints.deploying import deploy, rollback
from webapp.endpoints.models import DeploymentRole
from webapp.endpoints.orders import Order
from webapp.monitoring import running
from webapp.monitoring.models import MonitoringRun
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


def test_a_change_that_missed_a_window_is_told_from_its_first_day(client, alice, penguins, sent):
    looked(penguins, window(0, State.WATCHED), window(1), window(2, State.CHANGED))
    client.force_login(alice)
    assert "Changed since 17 November 2025: bill_mm." in page(client, penguins)


def test_all_of_it_is_said_in_french(client, alice, drifted):
    client.force_login(alice)
    client.cookies["django_language"] = "fr"
    told = page(client, drifted)
    assert "Changement depuis le 18 novembre 2025" in told
    assert "unité a probablement changé (carat en mg)" in told
    with translation.override("fr"):
        assert "Santé de" in told


def come_back(penguins, alice, at) -> None:
    """Put another version in the place of the champion, and go back to it."""
    deploy(penguins, Order(version=add_version(penguins), by=alice), at - DAY)
    rollback(penguins, alice, at)


def test_what_a_version_showed_before_it_was_replaced_is_no_verdict_once_it_comes_back(client, alice, drifted):
    come_back(drifted, alice, NOON + 30 * DAY)
    client.force_login(alice)
    told = page(client, drifted)
    assert "Version 1 answers again since 17 December 2025. Nothing has been looked at since then." in told
    assert "Changed since" not in told
    looked(drifted, window(31))
    told = page(client, drifted)
    assert "Nothing unusual in the last 600 rows." in told
    assert "Changed since" not in told


def test_a_version_that_never_left_keeps_its_verdict_beside_others(client, alice, drifted):
    deploy(
        drifted,
        Order(version=add_version(drifted), by=alice, role=DeploymentRole.CHALLENGER, share=10),
        NOON + 30 * DAY,
    )
    client.force_login(alice)
    assert "Changed since" in page(client, drifted)


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
