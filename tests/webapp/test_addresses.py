"""Every address, asked as each of those whom it is none of the business of. A new address needs its line here."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from tests.playground import add_user, publish_and_accept
from tests.webapp.conftest import _client_of
from tests.webapp.jobs.builders import add_job
from webapp.accounts.models import ApiKey, Role
from webapp.alerts.models import Alert
from webapp.endpoints.models import Endpoint
from webapp.jobs.models import Status
from webapp.records.models import RowDeletion, TruthFile
from webapp.uploading.models import Upload
from webapp.uploading.under_way import begin

OWN = (302, 200, 200, 200)
LOGIN_OR_404 = (302, 404, 404, 404)
MANAGED = (302, 404, 403, 403)
USED = (302, 404, 200, 200)
API_OWN = (401, 200, 200, 200)
API_404 = (401, 404, 404, 404)
API_MANAGED = (401, 404, 403, 403)
API_USED = (401, 404, 200, 200)
API_SPOKEN = (401, 204, 204, 204)
API_SPEECHLESS = (401, 412, 412, 412)
API_UNSENT = (401, 404, 503, 503)
OUTCOMES = {"truths": [{"key": "p7", "value": "Gentoo"}]}
ORDER = {"version": 1, "role": "champion"}
UPLOAD: dict[str, Any] = {}

PAGES: dict[str, tuple[tuple[str, Any, tuple[int, ...]], ...]] = {
    "": (("GET", None, OWN),),
    "endpoints/<slug:name>/": (("GET", None, USED),),
    "endpoints/<slug:name>/health/": (("GET", None, MANAGED), ("POST", {}, MANAGED)),
    "endpoints/<slug:name>/export/": (("GET", None, MANAGED), ("POST", {}, MANAGED)),
    "endpoints/<slug:name>/export/status/": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/export/<slug:export_id>/rows": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/replay/": (("GET", None, MANAGED), ("POST", {}, MANAGED)),
    "endpoints/<slug:name>/replay/<slug:replay_id>/": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/replay/<slug:replay_id>/status/": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/health/<slug:kind>.csv": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/health/features/<int:at>/": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/health/features/<int:at>/bins.csv": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/report/<slug:month>/": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/predictions/": (("GET", None, (302, 404, 503, 503)),),
    "endpoints/<slug:name>/predictions/status/": (("GET", None, USED),),
    "endpoints/<slug:name>/outcomes/": (("POST", {}, (302, 404, 302, 302)),),
    "endpoints/<slug:name>/outcomes/files/": (("GET", None, USED), ("POST", {}, (302, 404, 400, 400))),
    "endpoints/<slug:name>/outcomes/files/<slug:file_id>/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "endpoints/<slug:name>/outcomes/files/<slug:file_id>/status/": (("GET", None, LOGIN_OR_404),),
    "endpoints/<slug:name>/journal/": (("GET", None, MANAGED), ("POST", {}, MANAGED)),
    "deletions/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "deletions/<slug:deletion_id>/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "deletions/<slug:deletion_id>/status/": (("GET", None, LOGIN_OR_404),),
    "deletions/<slug:deletion_id>/proof.json": (("GET", None, LOGIN_OR_404),),
    "endpoints/<slug:name>/manage/": (("GET", None, MANAGED),),
    "endpoints/<slug:name>/manage/deploy/": (("GET", None, MANAGED), ("POST", ORDER, MANAGED)),
    "endpoints/<slug:name>/manage/rollback/": (("GET", None, MANAGED), ("POST", {}, MANAGED)),
    "endpoints/<slug:name>/manage/withdraw/<int:pk>/": (("GET", None, MANAGED), ("POST", {}, MANAGED)),
    "endpoints/<slug:name>/alerts/": (("GET", None, MANAGED), ("POST", {}, MANAGED)),
    "alerts/": (("GET", None, OWN),),
    "alerts/<int:pk>/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "metrics/health": (("GET", None, API_OWN),),
    "models/": (("GET", None, OWN),),
    "models/publish/": (("GET", None, (302, 403, 403, 200)), ("POST", {}, (302, 403, 403, 400))),
    "models/<slug:name>/": (("GET", None, LOGIN_OR_404),),
    "models/<slug:name>/publish/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "models/<slug:name>/card/": (("GET", None, USED),),
    "models/<slug:name>/card/write/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "models/<slug:name>/compare/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "models/<slug:name>/compare/status/": (("GET", None, LOGIN_OR_404),),
    "models/<slug:name>/versions/<int:number>/": (("GET", None, LOGIN_OR_404),),
    "models/<slug:name>/versions/<int:number>/report/": (("GET", None, LOGIN_OR_404),),
    "models/<slug:name>/versions/<int:number>/status/": (("GET", None, LOGIN_OR_404),),
    "models/<slug:name>/versions/<int:number>/end/<slug:event>/": (
        ("GET", None, LOGIN_OR_404),
        ("POST", {}, LOGIN_OR_404),
    ),
    "endpoints/<slug:name>/jobs/": (("GET", None, (302, 404, 302, 302)), ("POST", {}, (302, 404, 400, 400))),
    "endpoints/<slug:name>/jobs/blank.csv": (("GET", None, USED),),
    "jobs/": (("GET", None, OWN),),
    "jobs/<slug:job_id>/": (("GET", None, LOGIN_OR_404),),
    "jobs/<slug:job_id>/now.json": (("GET", None, LOGIN_OR_404),),
    "jobs/<slug:job_id>/result": (("GET", None, LOGIN_OR_404),),
    "jobs/<slug:job_id>/wrong-rows": (("GET", None, LOGIN_OR_404),),
    "jobs/<slug:job_id>/correct/": (("POST", {}, LOGIN_OR_404),),
    "jobs/<slug:job_id>/start/": (("POST", {}, LOGIN_OR_404),),
    "jobs/<slug:job_id>/cancel/": (("POST", {}, LOGIN_OR_404),),
    "jobs/<slug:job_id>/retry/": (("POST", {}, LOGIN_OR_404),),
    "jobs/<slug:job_id>/again/": (("POST", {}, LOGIN_OR_404),),
    "jobs/<slug:job_id>/delete/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "audit/": (("GET", None, LOGIN_OR_404),),
    "audit/events.csv": (("GET", None, LOGIN_OR_404),),
    "keys/<int:pk>/revoke/": (("GET", None, LOGIN_OR_404), ("POST", {}, LOGIN_OR_404)),
    "api/v1/endpoints": (("GET", None, API_OWN),),
    "api/v1/endpoints/<endpoint>": (("GET", None, API_USED),),
    "api/v1/endpoints/<endpoint>/deployments": (("GET", None, API_MANAGED), ("POST", ORDER, API_MANAGED)),
    "api/v1/endpoints/<endpoint>/deployments/<deployment_id>": (("DELETE", None, API_MANAGED),),
    "api/v1/endpoints/<endpoint>/exports": (("GET", None, API_MANAGED), ("POST", {}, API_MANAGED)),
    "api/v1/endpoints/<endpoint>/exports/<export_id>": (("GET", None, API_MANAGED),),
    "api/v1/endpoints/<endpoint>/exports/<export_id>/rows": (("GET", None, API_MANAGED),),
    "api/v1/endpoints/<endpoint>/replays": (("POST", {"version": 1}, API_MANAGED),),
    "api/v1/endpoints/<endpoint>/replays/<replay_id>": (("GET", None, API_MANAGED),),
    "api/v1/endpoints/<endpoint>/ground-truth": (("POST", OUTCOMES, API_UNSENT),),
    "api/v1/ground-truth/<delivery>": (("GET", None, API_404),),
    "api/v1/endpoints/<endpoint>/rollback": (("POST", None, API_MANAGED),),
    "api/v1/models": (("GET", None, API_OWN),),
    "api/v1/models/<model>": (("GET", None, API_404),),
    "api/v1/models/<model>/versions": (("GET", None, API_404), ("POST", UPLOAD, (401, 400, 400, 400))),
    "api/v1/models/<model>/versions/<number>": (("GET", None, API_404), ("DELETE", {"name": "penguins 1"}, API_404)),
    "api/v1/models/<model>/versions/<number>/retire": (("POST", None, API_404),),
    "api/v1/models/<model>/versions/<number>/archive": (("POST", None, API_404),),
    "api/v1/models/<model>/versions/<number>/restore": (("POST", None, API_404),),
    "api/v1/models/<model>/card": (("GET", None, API_USED),),
    "api/v1/models/<model>/compare": (("GET", None, API_404), ("POST", None, API_404)),
    "api/v1/endpoints/<endpoint>/jobs": (("POST", UPLOAD, (401, 404, 400, 400)),),
    "api/v1/jobs": (("GET", None, API_OWN),),
    "api/v1/jobs/<job_id>": (("GET", None, API_404), ("DELETE", None, API_404)),
    "api/v1/jobs/<job_id>/result": (("GET", None, API_404),),
    "api/v1/jobs/<job_id>/wrong-rows": (("GET", None, API_404),),
    "api/v1/jobs/<job_id>/cancel": (("POST", None, API_404),),
    "api/v1/jobs/<job_id>/retry": (("POST", None, API_404),),
    "api/v1/jobs/<job_id>/again": (("POST", None, API_404),),
    "api/v1/uploads": (("OPTIONS", None, API_SPOKEN), ("GET", None, API_OWN), ("POST", None, API_SPEECHLESS)),
    "api/v1/uploads/<upload_id>": (("HEAD", None, API_404), ("DELETE", None, API_404)),
}
"""What nobody, a user who does not see the endpoint, one who does, and a publisher of other models are answered."""

OF_NOBODYS_MODELS = {
    "login/", "logout/", "password/", "keys/", "theme/", "language/", "box/", "box/now.json", "api/",
    "api/v1/openapi.json", "api/v1/", "api/v1/box",
}  # fmt: skip
"""Addresses that tell of no model, endpoint or account but one's own."""

VALUES = {"event": "archive", "number": "1", "kind": "features", "at": "1", "month": "2026-01"}
QUERIES = {
    "again": "?version=1",
    "compare": "?from=1&to=2",
    "compare/": "?from=1&to=2",
    "compare/status/": "?from=1&to=2",
}
CASES = [(route, *case) for route, cases in PAGES.items() for case in cases]


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route)
        else:
            yield route, each


@pytest.fixture
def askers(alice, bob, charlie, tmp_path) -> tuple[Client, ...]:
    """Those who are asked about Alice's penguins, behind an endpoint that all but Charlie see."""
    publish_and_accept(alice, tmp_path / "in")
    ApiKey.objects.create_key(alice)
    begin(alice, "rows.csv", 10, timezone.now())
    looked_at = Endpoint.objects.get().champion
    assert looked_at is not None, "The version was deployed"
    Alert.objects.create(endpoint=looked_at.endpoint, version=looked_at.version, rule="changed", sighting_json={},
                         opened_at=timezone.now(), seen_at=timezone.now())  # fmt: skip  # one thought a line
    add_rows_of_alice(alice)
    add_job(alice, Endpoint.objects.get(), Status.SUCCEEDED, job_id="penguins")
    return Client(), *map(_client_of, (charlie, bob, add_user("pia", Role.PUBLISHER)))


def add_rows_of_alice(alice) -> None:
    """Make a file of outcomes and a deletion that are none of the others' business."""
    endpoint = Endpoint.objects.get()
    now, version = timezone.now(), endpoint.deployments.get().version
    TruthFile.objects.create(file_id="penguins", endpoint=endpoint, version=version, sent_by=alice, sent_at=now)
    RowDeletion.objects.create(deletion_id="penguins", wanted_by=alice, wanted_at=now)


def address(route: str, name: str = "penguins") -> str:
    deployment = Endpoint.objects.get().deployments.get().pk
    key = ApiKey.objects.get().pk
    values = VALUES | {"name": name, "model": name, "endpoint": name, "job_id": name, "deployment_id": str(deployment)}
    values["delivery"] = values["file_id"] = values["deletion_id"] = name
    values |= {"delivery": name, "export_id": name, "replay_id": name}
    values["upload_id"] = Upload.objects.get().pk if name == "penguins" else "absent"
    values["pk"] = str(_pk(route, name, key, deployment))
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], route)
    return f"/{path}" + next((query for end, query in QUERIES.items() if route.endswith(f"/{end}")), "")


def _pk(route: str, name: str, key: int, deployment: int) -> int:
    if route.startswith("alerts/"):
        return Alert.objects.get().pk if name == "penguins" else 999
    return key if route.startswith("keys/") else deployment


def asked(client: Client, method: str, url: str, body: Any) -> Any:
    if url.startswith("/api/") and body is not UPLOAD:
        return client.generic(method, url, b"" if body is None else _json(body), content_type="application/json")
    return client.generic(method, url) if body is None else client.post(url, body)


def _json(body: Any) -> bytes:
    return repr(body).replace("'", '"').encode()


@pytest.mark.parametrize(("route", "method", "body", "expected"), CASES, ids=lambda part: str(part)[:60])
def test_each_address_answers_each_asker_as_written_here(askers, route, method, body, expected):
    url = address(route)
    assert tuple(asked(client, method, url, body).status_code for client in askers) == expected


@pytest.mark.parametrize(("route", "method", "body", "expected"), CASES, ids=lambda part: str(part)[:60])
def test_what_is_not_yours_is_answered_as_what_is_absent(askers, route, method, body, expected):
    for client, status in zip(askers[1:], expected[1:], strict=True):
        if status != 404 or "<" not in route:
            continue
        strange, absent = (asked(client, method, address(route, name), body) for name in ("penguins", "absent"))
        assert absent.status_code == 404
        assert told(absent).replace("absent", "penguins") == told(strange)


def told(response: Any) -> str:
    shown = response.content.decode().replace("/alerts/999/", f"/alerts/{Alert.objects.get().pk}/")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", shown)


def test_no_address_is_missing_here():
    known = {route for route, _ in routes(get_resolver()) if not route.startswith("admin/")}
    assert known == {*PAGES, *OF_NOBODYS_MODELS}


def test_no_method_of_the_api_is_missing_here(client):
    described = client.get("/api/v1/openapi.json").json()["paths"]
    described.pop("/api/v1/endpoints/{endpoint}/predict")  # the gateway's
    described["/api/v1/uploads/{upload_id}"].pop("patch")  # answered before Django
    methods = {
        path[1:].replace("{", "<").replace("}", ">"): {each.upper() for each in described[path]} for path in described
    }
    listed = {route: {method for method, _, _ in cases} for route, cases in PAGES.items() if route.startswith("api/")}
    assert methods == listed | {"api/v1/box": {"GET"}}


def test_the_administration_opens_nothing_to_any_of_them(askers):
    found = [route for route, _ in routes(get_resolver()) if re.match("admin/(?!login|logout|jsi18n)", route)]
    assert len(found) > 20
    for route in found:
        url = "/" + re.sub(r"<[^>]+>", "1", route).replace("(?P1", "").replace("(?P<url>.*)$", "x")
        for client in askers:
            assert client.get(url).status_code in {302, 404}, url
            assert client.post(url, {}).status_code in {302, 404}, url
