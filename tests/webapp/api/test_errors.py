"""The table of errors."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory
from ninja.errors import HttpError, ValidationError

from webapp import refusals
from webapp.api.advice import ADVICE
from webapp.api.errors import handle, handle_http_error
from webapp.endpoints.errors import DeploymentStateError, DoesNotFitError, OrderError
from webapp.endpoints.phrases import Phrase
from webapp.refusals import server_error
from webapp.registry.errors import Event, WrongStateError
from worker.contract.errors import ErrorCode

REQUEST = RequestFactory().get("/api/v1/box")
WHAT, THEN = Phrase("It is so."), Phrase("Do that.")


@pytest.mark.parametrize(
    ("exception", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (ValidationError([]), 400, "invalid_input"),
        (PermissionDenied(), 403, "forbidden"),
        (OrderError(WHAT, THEN), 400, "invalid_input"),
        (DeploymentStateError(WHAT, THEN), 409, "wrong_state"),
        (DoesNotFitError(WHAT, THEN), 507, "does_not_fit"),
        (WrongStateError("penguins version 1", Event.DEPLOYED, ["ready"]), 409, "wrong_state"),
    ],
)
def test_an_exception_has_its_status_and_code(exception, status, code):
    response = handle(REQUEST, exception)
    body = json.loads(response.content)
    assert (response.status_code, body["code"]) == (status, code)
    assert body["error"]
    assert body["hint"]


def test_what_django_ninja_refuses_has_our_shape():
    response = handle_http_error(REQUEST, HttpError(400, "Cannot parse request body"))
    assert json.loads(response.content)["error"] == "Cannot parse request body"


def test_a_failure_has_our_shape_too():
    assert json.loads(server_error(REQUEST).content)["code"] == "internal_error"


@pytest.mark.parametrize(("path", "words"), [("/api/v1/box", "disk_full"), ("/box/", "The disk of the box is full")])
def test_a_failure_on_a_full_disk_says_so(monkeypatch, path, words):
    monkeypatch.setattr(refusals, "FULL_BELOW_BYTES", 1 << 60)
    response = server_error(RequestFactory().get(path))
    assert response.status_code == 507
    assert words in response.content.decode()


def test_every_code_has_advice():
    assert set(ADVICE) == set(ErrorCode)


@pytest.mark.parametrize("path", ["/api/v1/jobs", "/api/v1/box"])
def test_a_wrong_method_is_told_of_as_every_other_error(client, db, path):
    response = client.put(path, b"{}", content_type="application/json")
    assert response.status_code == 405
    assert response["Content-Type"] == "application/json"
    told = response.json()
    assert (told["code"], told["error"]) == ("method_not_allowed", f"{path} is not asked by PUT.")
    assert response["Allow"] in told["hint"]


def test_a_wrong_method_of_a_page_is_left_to_the_page(as_bob, penguins):
    response = as_bob.post("/endpoints/penguins/")
    assert response.status_code == 405
    assert "application/json" not in response.headers.get("Content-Type", "")
