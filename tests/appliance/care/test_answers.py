"""What the box's answers mean."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from appliance.care.answers import (
    check_kept_prediction,
    check_prediction,
    check_sockets,
    judge_prediction,
    judge_readiness,
    judge_readiness_of_the_site,
    judge_sockets,
)
from appliance.checks.check import Status
from appliance.environment import EGRESS_SOCKET

HOST = "box.example"


def test_sockets_that_answer_pass():
    assert judge_sockets([]).status is Status.PASSED


def test_a_silent_socket_is_named():
    check = judge_sockets(["127.0.0.1:443"])
    assert check.status is Status.FAILED
    assert "127.0.0.1:443" in check.measured


def test_a_box_that_is_ready_passes():
    assert judge_readiness(HOST, 200, '{"ready": true}').status is Status.PASSED


def test_the_part_that_does_not_answer_is_named_with_its_unit():
    body = json.dumps({"ready": False, "checks": {"database": True, "redis": True, "worker": False}})
    check = judge_readiness(HOST, 503, body)
    assert (check.status, check.measured) == (Status.FAILED, "does not answer: worker")
    assert check.hint == "see why: sudo bastide logs inference"


@pytest.mark.parametrize(("status", "body"), [(502, "<html>"), (0, "no answer (refused)"), (503, "[]"), (503, "{}")])
def test_whatever_else_comes_back_is_no_answer(status, body):
    check = judge_readiness(HOST, status, body)
    assert check.status is Status.FAILED
    assert "sudo bastide logs nginx" in check.hint


def test_a_site_that_is_ready_behind_a_front_that_could_not_be_asked_is_told_as_that():
    check = judge_readiness_of_the_site(HOST, "it ended", 200, '{"ready": true}')
    assert check.status is Status.WARNING
    assert check.measured == "the site does; its front was not asked, since the way out does not answer: it ended"
    assert check.hint == "see why: sudo bastide logs egress"


def test_a_site_that_is_not_ready_is_a_failure_whoever_asked_it():
    body = json.dumps({"ready": False, "checks": {"redis": False}})
    assert judge_readiness_of_the_site(HOST, "it ended", 503, body) == judge_readiness(HOST, 503, body)


def test_a_relay_that_does_not_answer_is_the_silent_socket(monkeypatch, tmp_path):
    monkeypatch.setenv(EGRESS_SOCKET, str(tmp_path / "egress.sock"))
    check = check_sockets()
    assert check.status is Status.FAILED
    assert check.measured.endswith(str(tmp_path / "egress.sock"))
    assert "127.0.0.1" not in check.measured


def test_a_prediction_passes():
    assert judge_prediction("penguins", 200, '{"predictions": [{"prediction": "Gentoo"}]}').status is Status.PASSED


@pytest.mark.parametrize(("status", "body"), [(503, '{"error": "Nobody computes."}'), (0, "no answer"), (200, "{}")])
def test_no_prediction_is_a_failure(status, body):
    check = judge_prediction("penguins", status, body)
    assert check.status is Status.FAILED
    assert "sudo bastide logs inference" in check.hint


def test_the_words_of_a_refusal_are_kept():
    assert "Nobody computes." in judge_prediction("penguins", 503, '{"error": "Nobody computes."}').measured


def test_a_box_that_is_not_ready_is_not_asked():
    assert check_prediction(HOST, is_ready=False).status is Status.SKIPPED


NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANSWERED = {"at_s": NOW.timestamp() - 600, "endpoint": "penguins", "status": 200, "predictions": 1, "said": ""}


@pytest.mark.parametrize(
    ("kept", "status", "words"),
    [
        (ANSWERED, Status.PASSED, "endpoint penguins answers"),
        (ANSWERED | {"predictions": 0}, Status.FAILED, "endpoint penguins: 200"),
        (ANSWERED | {"status": 503, "said": '{"error": "No worker."}'}, Status.FAILED, "penguins: 503, No worker."),
        (ANSWERED | {"status": 0, "said": "refused"}, Status.FAILED, "penguins: -, refused"),
        (ANSWERED | {"endpoint": ""}, Status.SKIPPED, "no model is deployed"),
        (ANSWERED | {"at_s": (NOW - timedelta(hours=5)).timestamp()}, Status.WARNING, "none was asked for 5 h"),
        ({"at_s": "soon"}, Status.SKIPPED, "none was asked yet"),
        ([], Status.SKIPPED, "none was asked yet"),
    ],
)
def test_the_prediction_that_the_site_asked_is_judged(tmp_path, kept, status, words):
    (tmp_path / "canary.json").write_text(json.dumps(kept))
    check = check_kept_prediction(tmp_path, NOW)
    assert check.status is status
    assert words in check.measured


def test_before_the_first_prediction_there_is_none(tmp_path):
    assert check_kept_prediction(tmp_path, NOW).status is Status.SKIPPED
