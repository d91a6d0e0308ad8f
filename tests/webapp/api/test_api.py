"""The management API, as programs and browsers see it."""

import json
from typing import Any

import pytest
from django.test import Client

from tests.playground import NOON
from webapp.accounts.models import ApiKey
from webapp.endpoints.models import Endpoint

SHAPE = {"error", "code", "hint"}
ADDRESSES = ["/api/v1/endpoints", "/api/v1/endpoints/penguins", "/api/v1/box"]


def with_key(user) -> Client:
    _key, text = ApiKey.objects.create_key(user)
    return Client(headers={"Authorization": f"Bearer {text}"})


@pytest.mark.parametrize("path", ADDRESSES)
def test_without_a_key_it_is_401(client, db, path):
    response = client.get(path)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert set(response.json()) == SHAPE
    assert response.json()["code"] == "unauthenticated"


@pytest.mark.parametrize("authorization", ["Bearer bst_wrong", "Bearer", "Basic YTpi", "Bearer \xff"])
def test_a_wrong_key_is_401(client, db, authorization):
    assert client.get("/api/v1/endpoints", headers={"Authorization": authorization}).status_code == 401


def test_a_revoked_key_is_401(bob):
    key, text = ApiKey.objects.create_key(bob)
    key.revoke(NOON)
    assert Client(headers={"Authorization": f"Bearer {text}"}).get("/api/v1/endpoints").status_code == 401


def test_a_session_does_not_mend_a_wrong_key(as_bob, penguins):
    response = as_bob.get("/api/v1/endpoints/penguins", headers={"Authorization": "Bearer bst_wrong"})
    assert response.status_code == 401


def test_an_endpoint_is_described(bob, penguins):
    described = with_key(bob).get("/api/v1/endpoints/penguins").json()
    assert set(described) == {"name", "title", "version", "engine", "signature"}
    assert (described["name"], described["version"], described["engine"]) == ("penguins", 1, "onnx")
    output = {"kind": "class", "name": "species", "labels": ["Adelie", "Gentoo"], "unit": ""}
    assert described["signature"]["output"] == output
    assert described["signature"]["features"][0] == {
        "name": "bill_mm",
        "type": "number",
        "required": False,
        "minimum": 32.1,
        "maximum": 59.6,
        "categories": None,
        "unit": "mm",
    }


def test_a_list_holds_what_each_describes(bob, penguins):
    caller = with_key(bob)
    assert caller.get("/api/v1/endpoints").json() == [caller.get("/api/v1/endpoints/penguins").json()]


def test_a_session_does_as_well(as_bob, penguins):
    assert len(as_bob.get("/api/v1/endpoints").json()) == 1


def test_a_stranger_gets_an_empty_list(charlie, penguins):
    assert with_key(charlie).get("/api/v1/endpoints").json() == []


def test_absent_and_not_yours_are_the_same_404(charlie, penguins):
    caller = with_key(charlie)
    strange, absent = caller.get("/api/v1/endpoints/penguins"), caller.get("/api/v1/endpoints/absent")
    assert strange.status_code == absent.status_code == 404
    assert strange.content == absent.content
    assert strange.json()["code"] == "not_found"


def test_an_endpoint_without_a_version_is_described_so(alice):
    Endpoint.objects.create(name="empty", title="Empty")
    described = with_key(alice).get("/api/v1/endpoints/empty").json()
    assert (described["version"], described["engine"], described["signature"]) == (None, None, None)


def test_an_address_that_is_none_is_404_in_our_shape(client, db):
    response = client.get("/api/v1/nothing")
    assert response.status_code == 404
    assert response.json()["code"] == "not_found"


def test_the_box_is_summed_up_for_a_user(bob):
    box = with_key(bob).get("/api/v1/box").json()
    assert box["healthy"] is False
    assert [each["name"] for each in box["services"]] == ["web", "database", "redis", "inference", "jobs", "control"]
    assert (box["resources"], box["checks"], box["findings"], box["findings_at"]) == (None, None, None, None)


def test_the_box_is_told_in_full_to_an_admin(alice, settings):
    check: dict[str, Any] = dict.fromkeys(("id", "title", "measured", "needed", "hint"), "x")
    check |= {"status": "passed", "words": {"measured": {"template": "{size:.1f} GiB", "facts": {"size": 1.5}}}}
    settings.CHECKS_FILE.write_text(json.dumps({"results": [check]}))
    box = with_key(alice).get("/api/v1/box").json()
    assert box["resources"]["memory_total_bytes"] > 0
    assert box["checks"] == [check]
    assert (box["findings"], box["findings_at"]) == ([], None)


def test_an_admin_is_told_what_the_last_look_found(alice, settings):
    finding = dict.fromkeys(("id", "title", "measured", "needed", "hint"), "x") | {"status": "failed", "words": {}}
    content = {"checked_at": "2025-11-18T12:00:00+00:00", "results": [finding]}
    settings.FINDINGS_FILE.write_text(json.dumps(content))
    box = with_key(alice).get("/api/v1/box").json()
    assert box["findings"] == [finding]
    assert box["findings_at"].startswith("2025-11-18T12:00:00")


def test_use_of_a_key_is_noted(bob):
    with_key(bob).get("/api/v1/endpoints")
    assert bob.api_keys.get().last_used_at is not None


def test_constant_use_is_noted_now_and_then(bob, django_assert_num_queries):
    caller = with_key(bob)
    caller.get("/api/v1/endpoints")
    with django_assert_num_queries(2):
        caller.get("/api/v1/endpoints")


def test_openapi_describes_every_address(client, db):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths) == {
        "/api/v1/endpoints",
        "/api/v1/endpoints/{endpoint}",
        "/api/v1/endpoints/{endpoint}/deployments",
        "/api/v1/endpoints/{endpoint}/deployments/{deployment_id}",
        "/api/v1/endpoints/{endpoint}/exports",
        "/api/v1/endpoints/{endpoint}/exports/{export_id}",
        "/api/v1/endpoints/{endpoint}/exports/{export_id}/rows",
        "/api/v1/endpoints/{endpoint}/ground-truth",
        "/api/v1/endpoints/{endpoint}/jobs",
        "/api/v1/endpoints/{endpoint}/predict",
        "/api/v1/endpoints/{endpoint}/replays",
        "/api/v1/endpoints/{endpoint}/replays/{replay_id}",
        "/api/v1/endpoints/{endpoint}/rollback",
        "/api/v1/ground-truth/{delivery}",
        "/api/v1/jobs",
        "/api/v1/jobs/{job_id}",
        "/api/v1/jobs/{job_id}/again",
        "/api/v1/jobs/{job_id}/cancel",
        "/api/v1/jobs/{job_id}/result",
        "/api/v1/jobs/{job_id}/retry",
        "/api/v1/jobs/{job_id}/wrong-rows",
        "/api/v1/models",
        "/api/v1/models/{model}",
        "/api/v1/models/{model}/card",
        "/api/v1/models/{model}/compare",
        "/api/v1/models/{model}/versions",
        "/api/v1/models/{model}/versions/{number}",
        "/api/v1/models/{model}/versions/{number}/archive",
        "/api/v1/models/{model}/versions/{number}/restore",
        "/api/v1/models/{model}/versions/{number}/retire",
        "/api/v1/uploads",
        "/api/v1/uploads/{upload_id}",
        "/api/v1/box",
    }


def test_the_page_for_programs_lists_every_code(as_bob, penguins):
    page = as_bob.get("/api/").content.decode()
    assert "prediction_timeout" in page
    assert 'href="/endpoints/penguins/"' in page
