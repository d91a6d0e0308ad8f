"""What Prometheus is told, and that the rules and the dashboard that are shipped ask for nothing else."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from appliance.paths import ROOT
from tests.playground import NOON, add_user
from tests.webapp.monitoring.test_health import CARAT, window
from webapp.accounts.models import ApiKey, Role
from webapp.alerts.health_metrics import GAUGES
from webapp.endpoints.models import Endpoint
from webapp.gateway import metrics
from webapp.gateway.answers import Answer
from webapp.monitoring import running
from worker.contract.journal_keeping import JournalSize, KeepOutcome
from worker.contract.manifest import Quality
from worker.contract.monitoring import Estimate, State
from worker.contract.monitoring_run import Coverage, Operations, Refusals

SHIPPED = ROOT / "docs" / "how-to" / "prometheus"
NAME = re.compile(r"\bbastide_\w+")
GIVEN_BY_PROMETHEUS = {"up"}


@pytest.fixture
def drifted(looked, noticed, penguins):
    figures = {
        "features": (CARAT,),
        "estimated": (Estimate(name="accuracy", value=0.9, low=0.88, high=0.92, rows=600),),
        "realised": (Quality(name="accuracy", value=0.8, low=0.75, high=0.85),),
        "coverage": Coverage(rows=600, known=300),
        "operations": Operations(requests=500, rows=600, p50_ms=1.2, p95_ms=4.5, p99_ms=9.0,
                                 wait_p50_ms=0.3, wait_p95_ms=2.5),
        "refused": Refusals(rows=40, requests=8),
    }  # fmt: skip  # one thought a line
    looked(window(1, State.WATCHED), window(2, State.CHANGED, **figures))
    running.record_journals(KeepOutcome(sizes=(JournalSize(endpoint="penguins", bytes=12_345),)), NOON)
    noticed()
    return penguins


def key_of(user) -> dict[str, str]:
    return {"Authorization": f"Bearer {ApiKey.objects.create_key(user)[1]}"}


def scraped(client, user) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics/health", headers=key_of(user))
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *(sample.labels[label] for label in GAUGES[sample.name][1])): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_health_of_an_endpoint_is_told(client, alice, drifted):
    found = scraped(client, alice)
    assert found["bastide_endpoint_health", "penguins", "changed"] == 1
    assert found["bastide_endpoint_health", "penguins", "steady"] == 0
    assert found["bastide_endpoint_alert_open", "penguins", "changed"] == 1
    assert found["bastide_endpoint_alert_open", "penguins", "worse"] == 0
    assert found["bastide_endpoint_window_rows", "penguins"] == 600
    assert found["bastide_endpoint_figure", "penguins", "estimated", "accuracy", "low"] == 0.88
    assert found["bastide_endpoint_figure", "penguins", "realised", "accuracy", "value"] == 0.8
    assert found["bastide_endpoint_figure", "penguins", "reference", "accuracy", "value"] == 0.991
    assert found["bastide_endpoint_outcomes_known_ratio", "penguins"] == 0.5
    assert found["bastide_endpoint_window_latency_seconds", "penguins", "95"] == 0.0045
    assert found["bastide_endpoint_window_queue_seconds", "penguins", "95"] == 0.0025
    assert found["bastide_endpoint_window_refused_rows", "penguins"] == 40
    assert found["bastide_endpoint_journal_bytes", "penguins"] == 12_345
    assert found["bastide_endpoint_look_timestamp_seconds", "penguins"] == NOON.timestamp()


def test_every_metric_is_given_by_a_box_of_which_everything_is_known(client, alice, drifted):
    assert {name for name, *_ in scraped(client, alice)} == set(GAUGES)


def test_an_endpoint_without_a_journal_is_not_waited_for(client, alice, drifted):
    Endpoint.objects.update(keeps_journal=False)
    assert ("bastide_endpoint_look_timestamp_seconds", "penguins") not in scraped(client, alice)


def test_an_endpoint_that_nobody_has_looked_at_says_so(client, alice, penguins):
    assert scraped(client, alice)["bastide_endpoint_health", "penguins", "not_looked_at"] == 1


def test_who_manages_nothing_is_told_of_nothing(client, drifted):
    assert scraped(client, add_user("pia", Role.PUBLISHER)) == {}


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bst_wrong"}])
def test_without_a_key_nothing_is_told(client, drifted, headers):
    answer = client.get("/metrics/health", headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert b"penguins" not in answer.content


def test_a_wrong_key_is_not_mended_by_a_session(as_alice, drifted):
    assert as_alice.get("/metrics/health", headers={"Authorization": "Bearer bst_wrong"}).status_code == 401


def given() -> set[str]:
    """Return the names of all series that a box gives."""
    metrics.observe("penguins", Answer(200, "application/json", b"{}", 1, 0.004), 0.01)
    metrics.write_out()
    counted = text_string_to_metric_families(metrics.render().decode())
    return {*GAUGES, *(sample.name for family in counted for sample in family.samples)}


def expressions() -> list[str]:
    """Return every expression of the dashboard."""
    board = json.loads((SHIPPED / "grafana.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return asked + [each["query"] for each in board["templating"]["list"] if each["type"] == "query"]


def test_the_dashboard_asks_only_for_what_is_given():
    asked = expressions()
    assert len(asked) > 15
    assert [each for each in asked if not NAME.search(each)] == []
    assert set(NAME.findall(" ".join(asked))) - given() == set()


def test_the_rules_ask_only_for_what_is_given():
    text = (SHIPPED / "bastide.rules.yml").read_text()
    asked = set(NAME.findall(text)) - {"bastide_health"}  # the name of a job
    assert asked
    assert asked - given() == set()


def test_labels_of_the_dashboard_and_the_rules_are_labels_of_the_metric():
    text = " ".join([*expressions(), (SHIPPED / "bastide.rules.yml").read_text()])
    for name, braces in re.findall(r"(bastide_\w+)\{([^}]*)\}", text):
        labels = set(re.findall(r"(\w+)=~?\"", braces))
        known = set(GAUGES[name][1]) if name in GAUGES else {"endpoint", "status", "le"}
        assert labels <= known, name


def promtool(*arguments: str, cwd: Path = SHIPPED) -> None:
    program = shutil.which("promtool")
    assert program, "promtool is missing: sudo apt-get install prometheus"
    done = subprocess.run([program, *arguments], cwd=cwd, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_rules_and_the_configuration():
    promtool("check", "rules", "bastide.rules.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")


def test_the_rules_fire_when_they_should():
    promtool("test", "rules", "rules.test.yml")


def test_prometheus_takes_what_is_given_and_finds_nothing_to_mend(client, alice, drifted):
    text = client.get("/metrics/health", headers=key_of(alice)).content
    program = shutil.which("promtool")
    assert program, "as above"
    done = subprocess.run([program, "check", "metrics"], input=text, check=False, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
