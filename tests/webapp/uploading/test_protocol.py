"""tus 1.0.0: what is answered to what is said, before and beside the bytes themselves."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.uploading.program import UPLOADS, Program
from webapp.uploading import files, under_way
from webapp.uploading.models import Upload

pytestmark = pytest.mark.django_db(transaction=True)

ABSENT = f"{UPLOADS}/{'0' * 32}"


@pytest.fixture
def path(program: Program) -> str:
    return program.begun(10)


def test_what_is_spoken_is_told(program, settings):
    told = program.ask("OPTIONS", UPLOADS, **{"tus-resumable": ""})
    assert told.status == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert told.headers["tus-extension"] == "creation,expiration,termination"
    assert told.headers["tus-max-size"] == str(settings.UPLOAD_BYTES_MAX)


def test_an_upload_is_begun_by_whoever_may_log_in(program, uli):
    told = program.begin(10, "../../etc/rows 1.csv")
    upload = Upload.objects.get()
    assert (told.status, told.headers["location"]) == (201, f"{UPLOADS}/{upload.pk}")
    assert (upload.owner, upload.name, upload.size_bytes) == (uli, "rows 1.csv", 10)
    assert upload.path.read_bytes() == b""


def test_every_answer_says_the_version_and_is_kept_by_nobody(program, path):
    for told in (program.ask("HEAD", path), program.send(path, 0, b"abc"), program.ask("HEAD", ABSENT)):
        assert (told.headers["tus-resumable"], told.headers["cache-control"]) == ("1.0.0", "no-store")


def test_head_tells_offset_length_name_and_end(program, path):
    told = program.ask("HEAD", path)
    assert (told.status, told.body) == (200, b"")
    assert (told.headers["upload-offset"], told.headers["upload-length"]) == ("0", "10")
    assert told.headers["upload-metadata"] == "filename " + base64.b64encode(b"rows.csv").decode()
    assert told.headers["upload-expires"].endswith(" GMT")


def test_own_uploads_are_listed(program, stranger, path):
    stranger.begun(5)
    program.send(path, 0, b"abc")
    told = program.ask("GET", UPLOADS)
    assert b'"offset_bytes": 3' in told.body
    assert told.body.count(b'"id"') == 1


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"tus-resumable": ""}, 412, "wrong_protocol"),
        ({"tus-resumable": "0.2.2"}, 412, "wrong_protocol"),
        ({"upload-length": ""}, 400, "invalid_input"),
        ({"upload-length": "-1"}, 400, "invalid_input"),
        ({"upload-length": "many"}, 400, "invalid_input"),
        ({"upload-length": "", "upload-defer-length": "1"}, 400, "invalid_input"),
        ({"upload-metadata": "filename %%%"}, 400, "invalid_input"),
        ({"upload-metadata": "filename /w=="}, 400, "invalid_input"),
        ({"upload-length": str(3 << 30)}, 413, "body_too_large"),
        ({"authorization": "Bearer bst_wrong"}, 401, "unauthenticated"),
    ],
)
def test_what_cannot_be_begun_is_refused(program, headers, status, code):
    told = program.begin(10, **headers)
    assert (told.status, told.code) == (status, code)
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"tus-resumable": ""}, 412, "wrong_protocol"),
        ({"content-type": "text/csv"}, 415, "unsupported_media_type"),
        ({"content-type": ""}, 415, "unsupported_media_type"),
        ({"upload-offset": ""}, 400, "invalid_input"),
        ({"upload-offset": "-3"}, 400, "invalid_input"),
        ({"content-length": ""}, 400, "invalid_input"),
        ({"upload-offset": "1"}, 409, "wrong_offset"),
        ({"content-length": "11"}, 413, "body_too_large"),
        ({"authorization": ""}, 401, "unauthenticated"),
        ({"authorization": "Bearer bst_wrong"}, 401, "unauthenticated"),
        ({"authorization": "Basic YTpi"}, 401, "unauthenticated"),
    ],
)
def test_a_piece_that_is_said_wrongly_is_refused(program, path, headers, status, code):
    told = program.send(path, 0, b"abc", **headers)
    assert (told.status, told.code, told.headers["connection"]) == (status, code, "close")
    assert program.offset(path) == 0


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_a_strangers_upload_is_answered_as_an_absent_one(stranger, path, method):
    headers = {"content-type": "application/offset+octet-stream", "upload-offset": "0", "content-length": "0"}
    strange, absent = (stranger.ask(method, each, **headers) for each in (path, ABSENT))
    assert strange.status == absent.status == 404
    assert strange.body == absent.body
    assert Upload.objects.exists()


def test_a_program_without_patch_says_so_by_post(program, path):
    told = program.ask(
        "POST",
        path,
        b"abc",
        **{
            "x-http-method-override": "PATCH",
            "content-type": "application/offset+octet-stream",
            "upload-offset": "0",
            "content-length": "3",
        },
    )
    assert (told.status, program.offset(path)) == (204, 3)


def test_what_is_given_up_is_gone(program, path):
    assert program.ask("DELETE", path).status == 204
    assert program.ask("HEAD", path).status == 404
    assert list(files.directory().iterdir()) == []


def test_what_is_expired_is_absent(program, path):
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert program.ask("HEAD", path).status == program.send(path, 0, b"abc").status == 404


def test_a_piece_begins_the_time_anew_after_which_it_expires(program, path):
    Upload.objects.update(expires_at=timezone.now() + timedelta(hours=1))
    program.send(path, 0, b"abc")
    assert Upload.objects.get().expires_at > timezone.now() + timedelta(hours=23)


def test_nobody_begins_more_than_some(program, monkeypatch):
    monkeypatch.setattr(under_way, "OPEN_MAX", 2)
    told = [program.begin(1) for _ in range(3)][-1]
    assert (told.status, told.code) == (409, "too_many_uploads")


def test_nobody_declares_more_than_some_files(program, settings):
    settings.UPLOAD_BYTES_MAX = 100
    assert [program.begin(90).status for _ in range(5)] == [201, 201, 201, 201, 409]


def test_a_file_that_the_disk_has_no_room_for_is_not_begun(program, settings):
    settings.DISK_RESERVE_BYTES = 1 << 60
    told = program.begin(10)
    assert (told.status, told.code, Upload.objects.exists()) == (507, "disk_full", False)


def test_a_session_sends_pieces_with_its_token_only(uli, client, settings):
    client.force_login(uli, "django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    token = "a" * 32
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={token}"
    browser, forged = Program(cookie=cookie, **{"x-csrftoken": token}), Program(cookie=cookie)
    path = browser.begun(3)
    assert (forged.begin(3).status, forged.send(path, 0, b"abc").status) == (403, 403)
    assert (browser.send(path, 0, b"abc").status, browser.offset(path)) == (204, 3)
