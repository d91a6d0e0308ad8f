"""The story of the wrong unit, played in a real box: what it says names the feature, the day and the likely cause."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from appliance.paths import ROOT
from appliance.steps import manage
from examples.drift import DAYS, REFUSED_A_DAY, WRONG_FROM
from tests.running_box import eventually

pytestmark = pytest.mark.box

WINDOWS = """
SELECT begins_at, state, report FROM monitoring_monitoredwindow AS seen
JOIN endpoints_endpoint ON endpoints_endpoint.id = endpoint_id
WHERE endpoints_endpoint.name = 'diamonds' AND NOT is_open ORDER BY begins_at
"""


@pytest.fixture(scope="module")
def told(box):
    """The windows of the story, as the box keeps them: their days, states and reports."""
    argv = [sys.executable, "-m", "examples.drift", str(box.data.spool), str(box.data.models)]
    subprocess.run(argv, cwd=ROOT, check=True)
    assert "the last one: changed" in manage(box.data, "look", "diamonds", url=box.url)
    with closing(sqlite3.connect(box.data.database)) as database:
        rows = database.execute(WINDOWS).fetchall()
    return [(datetime.fromisoformat(begins).date(), state, json.loads(report)) for begins, state, report in rows]


def test_quiet_weeks_are_quiet_and_the_second_wrong_day_is_an_alarm(told):
    states = [state for _, state, _ in told]
    assert states[:WRONG_FROM] == ["steady"] * WRONG_FROM
    assert states[WRONG_FROM] == "watched"
    assert set(states[WRONG_FROM + 1 : DAYS]) == {"changed"}


def test_the_feature_the_day_and_the_cause_are_named(told):
    day, _, report = told[DAYS - 1]
    assert report["ranking"][0][0] == "carat"
    (carat,) = [each for each in report["features"] if each["name"] == "carat"]
    assert carat["causes"][0]["unit"] == "carat to mg"
    assert day == (datetime.now(UTC) - timedelta(days=1)).date()
    first = told[WRONG_FROM][0]
    assert first == day - timedelta(days=DAYS - 1 - WRONG_FROM)


def test_what_was_refused_since_then_is_named_too(told):
    _, _, report = told[DAYS - 1]
    assert report["refused"]["rows"] == REFUSED_A_DAY
    assert {"kind": "type_failure", "name": "carat"} in report["verdict"]["alarmed"]
    assert all(quiet["refused"] is None for _, _, quiet in told[:WRONG_FROM])
    assert 0 < report["operations"]["wait_p95_ms"] < report["operations"]["p95_ms"]


def test_somebody_is_told_by_an_alert_that_names_the_day_and_by_prometheus(box, told):
    headers = {"Authorization": f"Bearer {box.key()}"}
    opened = 'bastide_endpoint_alert_open{endpoint="diamonds",rule="changed"} 1.0'

    def is_open() -> bool:
        return opened in httpx.get(f"{box.url}/metrics/health", headers=headers).text

    assert eventually(is_open, timeout_s=60)
    assert (
        'bastide_endpoint_alert_open{endpoint="diamonds",rule="worse"} 1.0'
        in httpx.get(f"{box.url}/metrics/health", headers=headers).text
    )
    with closing(sqlite3.connect(box.data.database)) as database:
        (sighting,) = database.execute("SELECT sighting FROM alerts_alert WHERE rule = 'changed'").fetchone()
    since = datetime.fromtimestamp(json.loads(sighting)["since_ms"] / 1000, UTC).date()
    assert since == told[WRONG_FROM][0]


def test_the_estimate_agrees_with_what_was_measured_while_nothing_moved(told):
    for _, _, report in told[:WRONG_FROM]:
        (estimate,) = [each for each in report["estimated"] if each["name"] == "mae"]
        (measured,) = [each for each in report["realised"] if each["name"] == "mae"]
        assert estimate["low"] <= measured["value"] <= estimate["high"]
