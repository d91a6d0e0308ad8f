"""Deploying by programs: who may, what is refused, and what comes back."""

from typing import Any

import pytest
from django.test import Client

from tests.playground import add_user, deployed_endpoint
from tests.webapp.endpoints.test_deploying import FEWER, add_version, live
from webapp.accounts.models import ApiKey, Role, User
from webapp.audit.models import AuditEvent
from webapp.endpoints.models import Endpoint

DEPLOYMENTS = "/api/v1/endpoints/penguins/deployments"
ROLLBACK = "/api/v1/endpoints/penguins/rollback"


def with_key(user: User) -> Client:
    _key, text = ApiKey.objects.create_key(user)
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.fixture
def olga(db) -> User:
    return add_user("olga", Role.PUBLISHER)


@pytest.fixture
def penguins(olga: User) -> Endpoint:
    return deployed_endpoint(olga)


@pytest.fixture
def caller(olga: User) -> Client:
    return with_key(olga)


def order(caller: Client, **body: Any):
    return caller.post(DEPLOYMENTS, body, content_type="application/json")


def test_without_a_key_it_is_401(client, penguins):
    assert order(client, version=1).status_code == 401
    assert client.generic("POST", ROLLBACK).status_code == 401


def test_a_user_of_the_endpoint_gets_403(bob, penguins):
    add_version(penguins)
    caller = with_key(bob)
    answers = [order(caller, version=2), caller.get(DEPLOYMENTS), caller.generic("POST", ROLLBACK)]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "forbidden")}
    assert live(penguins) == {"champion": [1]}


def test_a_stranger_gets_the_404_of_what_is_absent(charlie, penguins):
    caller = with_key(charlie)
    absent = caller.get(DEPLOYMENTS.replace("penguins", "absent"))
    assert order(caller, version=1).content == caller.get(DEPLOYMENTS).content == absent.content
    assert absent.status_code == 404


def test_another_publisher_changes_nothing(penguins):
    add_version(penguins)
    assert order(with_key(add_user("pia", Role.PUBLISHER)), version=2).status_code == 403


def test_a_maintainer_and_an_admin_may(penguins, alice):
    maintainer = add_user("max", Role.PUBLISHER)
    penguins.model.maintainers.add(maintainer)
    for user in (maintainer, alice):
        add_version(penguins)
        assert order(with_key(user), version=penguins.model.next_number() - 1).status_code == 201


def test_a_champion_is_deployed(caller, penguins):
    add_version(penguins)
    answer = order(caller, version=2, reason="Better on the newest data.")
    made = answer.json()
    assert answer.status_code == 201
    assert (made["model"], made["version"], made["role"], made["share"]) == ("penguins", 2, "champion", 100)
    assert (made["deployed_by"], made["reason"], made["live"]) == ("olga", "Better on the newest data.", True)


def test_a_challenger_and_a_shadow_are_deployed(caller, penguins):
    add_version(penguins)
    add_version(penguins)
    assert order(caller, version=2, role="challenger", share=10).json()["share"] == 10
    assert order(caller, version=3, role="shadow").json()["role"] == "shadow"
    assert live(penguins) == {"champion": [1], "challenger": [2], "shadow": [3]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": "two"},
        {"version": 0},
        {"version": 2, "role": "king"},
        {"version": 2, "role": "challenger"},
        {"version": 2, "role": "challenger", "share": 100},
        {"version": 2, "override": True},
        {"version": 2, "colour": "blue"},
    ],
)
def test_a_wrong_order_is_400_and_changes_nothing(caller, penguins, body):
    add_version(penguins)
    answer = order(caller, **body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert live(penguins) == {"champion": [1]}


def test_a_version_that_is_absent_is_404(caller, penguins):
    assert order(caller, version=9).status_code == 404


def test_a_version_of_somebody_elses_model_is_absent(caller, penguins, alice):
    deployed_endpoint(alice, "diamonds")
    assert order(caller, version=1, model="diamonds").status_code == 404


def test_an_admin_deploys_a_version_of_another_model(penguins, alice):
    other = deployed_endpoint(alice, "birds")
    assert order(with_key(alice), version=1, model="birds").json()["model"] == "birds"
    assert live(penguins) == live(other) == {"champion": [1]}
    assert str(penguins.champion) == "penguins: birds version 1 (champion)"


@pytest.mark.parametrize("status", ["inspecting", "rejected"])
def test_what_is_not_ready_is_409(caller, penguins, status):
    add_version(penguins, status=status)
    answer = order(caller, version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_a_signature_that_differs_is_409_and_named(caller, penguins):
    add_version(penguins, FEWER)
    answer = order(caller, version=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert "the feature “bill_mm” is gone" in answer.json()["error"]


def test_a_signature_that_differs_is_overruled_with_a_reason(caller, penguins):
    add_version(penguins, FEWER)
    answer = order(caller, version=2, override=True, reason="All callers know.")
    assert answer.status_code == 201
    assert "“bill_mm” is gone" in answer.json()["overrode"]


def test_who_saw_another_champion_gets_409(caller, penguins):
    add_version(penguins)
    add_version(penguins)
    seen = penguins.deployments.live().get().pk
    assert order(caller, version=2, champion=seen).status_code == 201
    assert order(caller, version=3, champion=seen).status_code == 409


def test_history_lists_what_was(caller, penguins):
    add_version(penguins)
    order(caller, version=2)
    found = caller.get(DEPLOYMENTS).json()
    assert [(each["version"], each["live"], each["ended_by"]) for each in found] == [
        (2, True, None),
        (1, False, "olga"),
    ]
    assert [each["version"] for each in caller.get(DEPLOYMENTS, {"live": "true"}).json()] == [2]


def test_a_deployment_is_withdrawn_once(caller, penguins):
    add_version(penguins)
    made = order(caller, version=2, role="shadow").json()["id"]
    answer = caller.delete(f"{DEPLOYMENTS}/{made}", {"reason": "Done."}, content_type="application/json")
    assert (answer.status_code, answer.json()["live"], answer.json()["ended_by"]) == (200, False, "olga")
    assert AuditEvent.objects.about_endpoint("penguins").latest("pk").reason == "Done."
    assert caller.delete(f"{DEPLOYMENTS}/{made}").status_code == 409


def test_a_deployment_of_another_endpoint_is_absent(caller, penguins, alice):
    other = deployed_endpoint(alice, "diamonds").deployments.get()
    assert caller.delete(f"{DEPLOYMENTS}/{other.pk}").status_code == 404
    other.refresh_from_db()
    assert other.is_live


def test_a_rollback_goes_back_and_then_there_is_none(caller, penguins):
    add_version(penguins)
    order(caller, version=2)
    answer = caller.post(ROLLBACK, {"reason": "Too many Gentoos."}, content_type="application/json")
    assert (answer.status_code, answer.json()["version"], answer.json()["reason"]) == (200, 1, "Too many Gentoos.")
    refused = caller.generic("POST", ROLLBACK)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


def test_two_who_roll_back_what_both_saw_go_back_once(caller, penguins):
    for number in (2, 3):
        add_version(penguins)
        order(caller, version=number)
    seen = {"champion": penguins.deployments.live().get().pk}
    answers = [caller.post(ROLLBACK, seen, content_type="application/json").status_code for _ in range(2)]
    assert answers == [200, 409]
    assert live(penguins) == {"champion": [2]}
