"""Outcomes that programs send: taken, told of, and refused where nobody could mean them."""

import json
from typing import Any

import msgspec
import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from tests.playground import SPECIES
from tests.webapp.api.test_api import with_key
from tests.webapp.endpoints.test_deploying import add_version
from webapp.records import truths
from webapp.records.models import TruthDelivery
from worker.contract import names
from worker.contract.truth import TruthOutcome, TruthProblem
from worker.contract.words import Words

URL = "/api/v1/endpoints/penguins/ground-truth"


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, dict[str, Any]]]:
    messages: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "webapp.celery.app.send_task", lambda name, kwargs, queue: messages.append((name, kwargs["message"]))
    )
    return messages


def post(user, *given):
    return with_key(user).post(URL, {"truths": list(given)}, content_type="application/json")


def test_outcomes_are_handed_on_by_request_key_or_feature(bob, penguins, sent):
    answer = post(
        bob,
        {"request_id": "r1", "row": 2, "value": "Gentoo"},
        {"key": "p7", "value": "Adelie"},
        {"feature": "island", "key": "Dream", "value": "Adelie"},
    )  # fmt: skip  # one outcome a line
    assert answer.status_code == 202
    assert answer.json()["received"] == 3
    assert answer.json()["taken"] is None
    (name, message) = sent[0]
    assert name == names.TASK_TAKE_TRUTH
    assert [list(each) for each in message["truths"]] == [
        ["request", "r1", "Gentoo", 2, ""],
        ["key", "p7", "Adelie", 0, ""],
        ["feature", "Dream", "Adelie", 0, "island"],
    ]
    assert message["digest"] == penguins.champion.version.digest


def test_values_are_handed_on_as_they_were_sent(bob, penguins, sent):
    given = ["1", 1, 1.0, True, "true", 12345678901234567]
    assert post(bob, *({"key": "p7", "value": value} for value in given)).status_code == 202
    values = [each[2] for each in json.loads(json.dumps(sent[0][1]["truths"]))]
    assert [(type(value), value) for value in values] == [(type(value), value) for value in given]
    assert post(bob, {"key": "p7", "value": None}).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"request_id": " "},
        {"row": 3},
        {"key": ""},
        {"feature": "island", "key": ""},
        {"feature": "island"},
    ],
)
def test_an_outcome_that_names_no_row_is_refused(bob, penguins, sent, wrong):
    answer = post(bob, {"key": "p7", "value": "Gentoo"}, {"value": "Adelie"} | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert answer.json()["error"] == "Outcome 2 names no row."
    assert sent == []


@pytest.mark.parametrize("feature", ["@caller", "@prediction", "@row", "colour"])
def test_what_is_no_feature_names_no_row(bob, penguins, sent, feature):
    answer = post(bob, {"feature": feature, "key": "page:5", "value": "Adelie"})
    assert answer.status_code == 400
    assert answer.json()["error"] == f"Outcome 1 names rows by '{feature}', which is no feature of this endpoint."
    assert sent == []


def test_where_no_inputs_are_kept_a_feature_names_no_row(bob, penguins, sent):
    penguins.keeps_inputs = False
    penguins.save()
    answer = post(bob, {"key": "p7", "value": "Adelie"}, {"feature": "island", "key": "Dream", "value": "Adelie"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert answer.json()["error"].startswith("Outcome 2 names rows by 'island', and this endpoint keeps no inputs")
    assert "request_id" in answer.json()["hint"]
    assert sent == []
    assert post(bob, {"key": "p7", "value": "Adelie"}, {"request_id": "r1", "value": "Adelie"}).status_code == 202


def test_features_of_a_version_that_was_replaced_name_its_rows(bob, alice, penguins, sent):
    other = add_version(penguins, msgspec.structs.replace(SPECIES, features=SPECIES.features[:1]))
    penguins.deployments.update(ended_at=timezone.now())
    penguins.deployments.create(version=other, role="champion", deployed_at=timezone.now(), deployed_by=alice)
    assert "island" not in penguins.champion.version.manifest.signature.names
    assert post(bob, {"feature": "island", "key": "Dream", "value": "Adelie"}).status_code == 202


def test_an_unknown_field_is_named(bob, penguins, sent):
    answer = post(bob, {"requestId": "abc", "key": "p7", "value": "Adelie"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert "truths.0.requestId" in answer.json()["error"]
    body = {"truths": [{"key": "p7", "value": "Adelie"}], "kind": "late"}
    answer = with_key(bob).post(URL, body, content_type="application/json")
    assert answer.status_code == 400
    assert "kind: " in answer.json()["error"]
    assert sent == []


@pytest.mark.parametrize("row", [-1, 2**31, 10**12])
def test_a_place_that_no_row_can_have_is_refused(bob, penguins, sent, row):
    answer = post(
        bob,
        {"request_id": "r1", "row": 2**31 - 1, "value": "Gentoo"},
        {"request_id": "r1", "row": row, "value": "Adelie"},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert "truths.1.row: Input should be " in answer.json()["error"]
    assert sent == []


def test_the_worker_is_told_which_features_are_kept_as_hashes(bob, penguins, sent):
    penguins.hashed_features = ["island"]
    penguins.save()
    post(bob, {"feature": "island", "key": "Dream", "value": "Adelie"})
    assert list(sent[0][1]["hashed"]) == ["island"]


def test_what_became_of_them_is_told(bob, penguins, sent):
    made = post(bob, {"key": "p7", "value": "Dodo"}, {"key": "p8", "value": "Gentoo"}).json()
    problem = TruthProblem(at=1, message=Words("{value} is not {expected}.", {"value": "Dodo", "expected": "one of…"}))
    outcome = TruthOutcome(
        delivery_id=made["id"], taken=1, matched=1, refused=1, problems=(problem,), stopped_at="2025-11-01"
    )
    truths.record(outcome, timezone.now())
    told = with_key(bob).get(f"/api/v1/ground-truth/{made['id']}").json()
    assert (told["taken"], told["matched"], told["refused"]) == (1, 1, 1)
    assert told["stopped_at"] == "2025-11-01"
    assert told["problems"] == ["1: Dodo is not one of…."]


def test_rows_of_others_are_counted_for_those_who_manage_the_endpoint_alone(bob, alice, penguins, sent):
    outcome = {"feature": "note", "key": "4711", "value": "Gentoo"}
    post(bob, outcome)
    post(alice, outcome)
    ways = ("page", "api", "job")
    assert [list(message["callers"]) for _name, message in sent] == [[f"{way}:{bob.pk}" for way in ways], []]


def test_what_became_of_them_is_told_to_the_sender_and_to_who_manages_the_endpoint(bob, alice, penguins, sent):
    address = f"/api/v1/ground-truth/{post(bob, {'key': 'p7', 'value': 'Gentoo'}).json()['id']}"
    of_alice = f"/api/v1/ground-truth/{post(alice, {'key': 'p7', 'value': 'Gentoo'}).json()['id']}"
    assert [with_key(user).get(address).status_code for user in (bob, alice)] == [200, 200]
    assert [with_key(user).get(of_alice).status_code for user in (bob, alice)] == [404, 200]


def test_a_stranger_sees_neither_the_endpoint_nor_a_delivery(bob, charlie, penguins, sent):
    made = post(bob, {"key": "p7", "value": "Gentoo"}).json()
    assert post(charlie, {"key": "p7", "value": "Gentoo"}).status_code == 404
    assert with_key(charlie).get(f"/api/v1/ground-truth/{made['id']}").status_code == 404


def test_none_and_too_many_are_refused(bob, penguins, sent):
    assert post(bob).status_code in {400, 422}
    assert post(bob, *[{"key": "p", "value": 1}] * 10_001).status_code in {400, 422}
    assert sent == []


def test_without_a_version_nobody_knows_what_an_outcome_may_be(bob, penguins, sent):
    penguins.deployments.update(ended_at=timezone.now())
    answer = post(bob, {"key": "p7", "value": "Gentoo"})
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_a_queue_that_is_away_keeps_nothing_and_says_so(bob, penguins, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("webapp.celery.app.send_task", refuse)
    answer = post(bob, {"key": "p7", "value": "Gentoo"})
    assert (answer.status_code, answer.json()["code"]) == (503, "model_not_ready")
    assert not TruthDelivery.objects.exists()
