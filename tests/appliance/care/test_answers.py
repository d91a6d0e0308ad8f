"""What the box's answers mean."""

import json

import pytest

from appliance.care.answers import check_prediction, judge_prediction, judge_readiness, judge_sockets
from appliance.checks.check import Status

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
