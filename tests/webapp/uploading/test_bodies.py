"""Whole files in one request, as a form and as the body itself, up to the view that moves them."""

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.small_disk import small_disk
from tests.webapp.uploading.program import Program
from webapp.api.errors import handle
from webapp.uploading.bodies import received_file
from webapp.uploading.errors import UploadError

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]

ADDRESS = "/api/v1/endpoints/penguins/jobs"
PAGE = "/endpoints/penguins/jobs/"
CONTENT = os.urandom(6 << 20)
BOUNDARY = "boundary-that-six-random-megabytes-do-not-hold"
TYPE = {"content-type": "text/csv"}
taken: dict[str, Any] = {}


@login_not_required
@csrf_exempt
def make_job(request: HttpRequest, endpoint: str) -> HttpResponse:
    """What a view of jobs does with the file, and nothing else."""
    try:
        found = received_file(request)
    except UploadError as error:
        return handle(request, error)
    taken["content"] = found.path.read_bytes()
    if "moves" in request.GET or "moves" in request.POST:
        found.path.replace(found.path.with_name("moved"))
    return JsonResponse({"name": found.name, "size": found.size_bytes}, status=201)


urlpatterns = [
    path("api/v1/endpoints/<slug:endpoint>/jobs", make_job),
    path("endpoints/<slug:endpoint>/jobs/", make_job),
]


@pytest.fixture(autouse=True)
def _nothing_taken() -> None:
    taken.clear()


@pytest.fixture
def caller(penguins, bob) -> Program:
    """A user who sees the endpoint."""
    return Program.of(bob)


def left(settings: Any) -> list[Path]:
    return [each for each in settings.SPOOL_DIR.rglob("*") if each.is_file()]


def form(content: bytes, field: str = "file") -> tuple[bytes, dict[str, str]]:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="a/rows.csv"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    return body, {"content-type": f"multipart/form-data; boundary={BOUNDARY}", "content-length": str(len(body))}


def sent(caller: Program, body: bytes, path: str = ADDRESS, **headers: str) -> Any:
    said = {"content-length": str(len(body)), **TYPE, **headers}
    return caller.ask("POST", path, body, leaves=False, **said)


@pytest.mark.parametrize("content", [CONTENT, b"a,b\n1,2\n"], ids=["large", "small"])
def test_a_named_body_is_the_file(caller, settings, content):
    told = sent(caller, content, ADDRESS + "?name=rows.csv")
    assert (told.status, told.body) == (201, b'{"name": "rows.csv", "size": %d}' % len(content))
    assert taken["content"] == content
    assert left(settings) == []


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="rows.csv"', "rows.csv"),
        ("attachment; filename=rows.csv", "rows.csv"),
        ("attachment; filename*=UTF-8''donn%C3%A9es.csv", "données.csv"),
        ('attachment; filename="données.csv"', "données.csv"),
        ('attachment; filename="../../x/rows.csv"', "rows.csv"),
    ],
)
def test_a_body_is_named_by_its_disposition(caller, disposition, name):
    told = sent(caller, b"a,b\n", **{"content-disposition": disposition})
    assert msgspec.json.decode(told.body)["name"] == name


def test_an_encoding_that_nobody_knows_names_nothing(caller):
    told = sent(caller, b"a,b\n", **{"content-disposition": "attachment; filename*=KLINGON''a.csv"})
    assert (told.status, told.code) == (400, "invalid_input")


def test_what_curl_calls_a_form_is_the_file_all_the_same(caller):
    content_type = {"content-type": "application/x-www-form-urlencoded"}
    assert sent(caller, CONTENT, ADDRESS + "?name=rows.csv", **content_type).status == 201
    assert taken["content"] == CONTENT


def test_a_named_body_in_chunks_is_the_file(caller):
    chunked = {"transfer-encoding": "chunked", "content-length": ""}
    assert sent(caller, CONTENT, ADDRESS + "?name=rows.csv", **chunked).status == 201
    assert taken["content"] == CONTENT


def test_a_file_that_the_view_moves_stays(caller, settings):
    sent(caller, CONTENT, ADDRESS + "?name=rows.csv&moves=1")
    assert [each.name for each in left(settings)] == ["moved"]
    assert left(settings)[0].read_bytes() == CONTENT


@pytest.mark.parametrize("address", [ADDRESS, PAGE])
@pytest.mark.parametrize("moves", ["", "?moves=1"])
def test_a_form_brings_the_file_in_its_field(caller, settings, address, moves):
    body, headers = form(CONTENT)
    told = sent(caller, body, address + moves, **headers)
    assert (told.status, taken["content"]) == (201, CONTENT)
    assert b'"name": "rows.csv"' in told.body
    assert [each.name for each in left(settings)] == (["moved"] if moves else [])


def test_a_request_without_a_file_is_refused(caller):
    body, headers = form(b"1", "other")
    for told in (sent(caller, body, **headers), sent(caller, b"a,b"), sent(caller, b"", ADDRESS + "?name=a.csv")):
        assert (told.status, told.code) == (400, "invalid_input")


def test_a_large_body_without_a_name_is_not_read(caller):
    told = sent(caller, b"", **{"content-length": str(len(CONTENT))})
    assert (told.status, told.code) == (400, "invalid_input")
    assert b"no name" in told.body


@pytest.mark.parametrize("address", [ADDRESS + "?name=rows.csv", PAGE])
def test_who_does_not_see_the_endpoint_sends_nothing_large(penguins, charlie, address):
    told = sent(Program.of(charlie), b"", address, **{"content-length": str(len(CONTENT))})
    assert told.status == 404


def test_nobody_sends_anything_large(penguins):
    told = sent(Program(), b"", ADDRESS + "?name=rows.csv", **{"content-length": str(len(CONTENT))})
    assert (told.status, told.code) == (401, "unauthenticated")


def test_what_is_too_large_is_not_read(caller, settings):
    settings.UPLOAD_BYTES_MAX = 5 << 20
    told = sent(caller, b"", ADDRESS + "?name=rows.csv", **{"content-length": str(len(CONTENT))})
    assert (told.status, told.code) == (413, "body_too_large")


def test_what_turns_out_too_large_is_cut_off(caller, settings):
    settings.UPLOAD_BYTES_MAX = 5 << 20
    chunked = {"transfer-encoding": "chunked", "content-length": ""}
    assert sent(caller, CONTENT, ADDRESS + "?name=rows.csv", **chunked).status == 413
    assert left(settings) == []


def test_who_leaves_leaves_nothing(caller, settings):
    headers = {**TYPE, "content-length": str(len(CONTENT))}
    told = caller.ask("POST", ADDRESS + "?name=a.csv", CONTENT[:-1], leaves=True, **headers)
    assert told.status == 0
    assert left(settings) == []


def test_a_disk_that_runs_full_is_told(caller, settings, tmp_path):
    settings.DISK_RESERVE_BYTES = 0
    with small_disk(settings.FILE_UPLOAD_TEMP_DIR, 2 << 20):
        told = sent(caller, CONTENT, ADDRESS + "?name=rows.csv")
        assert (told.status, told.code, left(settings)) == (507, "disk_full", [])


def test_a_disk_that_has_no_room_for_a_forms_file_is_told(caller, settings):
    body, headers = form(CONTENT[: 3 << 20])
    with small_disk(settings.FILE_UPLOAD_TEMP_DIR, 4 << 20):
        told = sent(caller, body, **headers)
        assert (told.status, told.code, left(settings)) == (507, "disk_full", [])
