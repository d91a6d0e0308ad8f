"""What is said of digests that did not arrive."""

import json

import pytest

from appliance.care.alerts import check_alerts
from appliance.checks.check import Status

KNOWN = {"undelivered": 2, "endpoint": "diamonds", "problem": "Connection\n refused"}


def test_digests_that_did_not_arrive_are_a_warning_with_what_to_do(tmp_path):
    (tmp_path / "alerts.json").write_text(json.dumps(KNOWN))
    check = check_alerts(tmp_path)
    assert check.status is Status.WARNING
    assert check.measured == "2 did not arrive, the last one of diamonds: Connection refused"
    assert "sudo bastide config show" in check.hint


def test_where_all_arrived_nothing_is_wrong(tmp_path):
    (tmp_path / "alerts.json").write_text(json.dumps(KNOWN | {"undelivered": 0}))
    assert check_alerts(tmp_path).status is Status.PASSED


@pytest.mark.parametrize("text", ["", "{", "[]", '{"undelivered": "many"}', "x" * 20_000])
def test_a_file_that_says_nothing_is_none(tmp_path, text):
    (tmp_path / "alerts.json").write_text(text)
    assert check_alerts(tmp_path).status is Status.PASSED
    assert check_alerts(tmp_path / "nowhere").status is Status.PASSED
