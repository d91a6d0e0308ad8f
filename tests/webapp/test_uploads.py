"""Large bodies: who may send one is judged before it is read, and nothing of it stays."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.test import Client

from tests.playground import add_user
from tests.small_disk import small_disk
from webapp import uploads
from webapp.accounts.models import ApiKey, Role
from webapp.body_bounds import BODY_BYTES_MAX
from webapp.registry import uploading
from webapp.registry.models import RegisteredModel
from webapp.uploads import BoundedHandler

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/models/penguins/versions"
BOUNDARY = b"bOuNdArY"
LARGE = 6 << 20


def part(name: str, content: bytes) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{name}.bin"'
    return b"--" + BOUNDARY + b"\r\n" + disposition.encode() + b"\r\n\r\n" + content + b"\r\n"


def form(size_bytes: int = LARGE) -> bytes:
    whole = part("artifact", os.urandom(size_bytes)) + part("reference", b"a,b\n1,2\n")
    return whole + b"--" + BOUNDARY + b"--\r\n"


class Caller:
    """Speaks ASGI to the site."""

    def __init__(self) -> None:
        self.read_bytes = 0
        self.headers: dict[str, str] = {}

    def send(
        self, body: bytes, *, says: int | None = -1, path: str = PATH, leaves: bool = False, **headers: str
    ) -> tuple[int, bytes]:
        """Send a body; `says` is the Content-Length, None for chunks. Return status and body, 0 for no answer."""
        fields = {"host": "localhost", "content-type": f"multipart/form-data; boundary={BOUNDARY.decode()}", **headers}
        if says is None:
            fields["transfer-encoding"] = "chunked"
        else:
            fields["content-length"] = str(len(body) if says < 0 else says)
        return asyncio.run(self._send(body, path, fields, leaves=leaves))

    async def _send(self, body: bytes, path: str, fields: dict[str, str], *, leaves: bool) -> tuple[int, bytes]:
        chunks = [body[start : start + 65536] for start in range(0, len(body), 65536)]
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if not chunks and (leaves or sent):
                return {"type": "http.disconnect"}
            if not chunks:
                await asyncio.sleep(60)
            self.read_bytes += len(chunks[0])
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks) or leaves}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "root_path": "", "scheme": "http"}
        raw = [(name.encode(), value.encode()) for name, value in fields.items()]
        await BoundedHandler()({**scope, "headers": raw, "server": ("localhost", 80), "client": None}, receive, send)
        self.headers = {k.decode().lower(): v.decode() for k, v in sent[0]["headers"]} if sent else {}
        return (sent[0]["status"], b"".join(each.get("body", b"") for each in sent)) if sent else (0, b"")


@pytest.fixture
def caller() -> Caller:
    return Caller()


@pytest.fixture
def publisher() -> dict[str, str]:
    return {"authorization": f"Bearer {ApiKey.objects.create_key(add_user('pia', Role.PUBLISHER))[1]}"}


@pytest.fixture
def full_soon(tmp_path: Path, settings) -> Iterator[Path]:
    """A disk of 10 MB under the uploads, and no reserve, so that it really runs full."""
    directory = tmp_path / "disk"
    directory.mkdir()
    with small_disk(directory, 10 << 20) as disk:
        settings.FILE_UPLOAD_TEMP_DIR = disk
        yield disk


def left(settings: Any) -> list[Path]:
    return [path for path in settings.SPOOL_DIR.rglob("*") if path.is_file()]


def code(body: bytes) -> str:
    return str(msgspec.json.decode(body)["code"])


def test_a_large_model_is_taken(caller, publisher, settings):
    status, body = caller.send(form(), **publisher)
    assert (status, code(body)) == (503, "model_not_ready")  # no Redis here; by then all is saved
    assert RegisteredModel.objects.get().versions.count() == 1


def test_a_large_body_in_chunks_is_taken(caller, publisher):
    assert caller.send(form(), says=None, **publisher)[0] == 503
    assert RegisteredModel.objects.exists()


def test_what_is_too_large_is_not_read(caller, publisher, settings):
    settings.UPLOAD_BYTES_MAX = 5 << 20
    status, body = caller.send(b"", says=LARGE, **publisher)
    assert (status, code(body), caller.read_bytes) == (413, "body_too_large", 0)
    assert caller.headers["connection"] == "close"


def test_what_turns_out_too_large_is_cut_off(caller, publisher, settings):
    settings.UPLOAD_BYTES_MAX = 5 << 20
    assert caller.send(form(), says=None, **publisher)[0] == 413
    assert not RegisteredModel.objects.exists()
    assert left(settings) == []


def test_no_room_is_told_before_the_body_is_read(caller, publisher, settings):
    settings.DISK_RESERVE_BYTES = 1 << 60
    status, body = caller.send(b"", says=LARGE, **publisher)
    assert (status, code(body), caller.read_bytes) == (507, "disk_full", 0)


def test_a_disk_that_fills_up_meanwhile_is_told(caller, publisher, settings, monkeypatch):
    monkeypatch.setattr(uploads, "LOOK_EVERY_BYTES", 1 << 20)
    settings.DISK_RESERVE_BYTES = 1 << 60
    status, body = caller.send(form(), says=None, **publisher)
    assert (status, code(body)) == (507, "disk_full")


def test_a_body_that_the_disk_cannot_hold_is_told(caller, publisher, settings, full_soon):
    status, body = caller.send(form(12 << 20), **publisher)
    assert (status, code(body)) == (507, "disk_full")
    assert list(full_soon.iterdir()) == left(settings) == []


def test_files_that_the_disk_cannot_hold_beside_the_body_are_told(caller, publisher, settings, full_soon):
    status, body = caller.send(form(), **publisher)
    assert (status, code(body)) == (507, "disk_full")
    assert not RegisteredModel.objects.exists()
    assert list(full_soon.iterdir()) == left(settings) == []


def test_nobody_sends_a_large_body(caller):
    status, body = caller.send(b"", says=LARGE)
    assert (status, code(body), caller.read_bytes) == (401, "unauthenticated", 0)


@pytest.mark.parametrize("authorization", ["Bearer bst_wrong", "Basic YTpi", "Bearer"])
def test_a_wrong_key_sends_no_large_body(caller, authorization):
    assert caller.send(b"", says=LARGE, authorization=authorization)[0] == 401


def test_a_user_sends_no_large_body(caller):
    key = ApiKey.objects.create_key(add_user("uli"))[1]
    status, body = caller.send(b"", says=LARGE, authorization=f"Bearer {key}")
    assert (status, code(body), caller.read_bytes) == (403, "forbidden", 0)


def test_other_addresses_take_no_large_body(caller, publisher):
    status, body = caller.send(b"", says=LARGE, path="/api/v1/endpoints", **publisher)
    assert (status, code(body)) == (413, "body_too_large")


def test_other_addresses_take_no_large_body_in_chunks(caller, publisher):
    status, _ = caller.send(b"x" * (BODY_BYTES_MAX + 1), says=None, path="/login/", **publisher)
    assert status == 413


def test_a_session_sends_a_large_body_to_the_page(caller, publisher, settings):
    client = Client()
    client.force_login(add_user("paul", Role.PUBLISHER), "django.contrib.auth.backends.ModelBackend")
    settings.UPLOAD_BYTES_MAX = 5 << 20
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    status, page = caller.send(b"", says=LARGE, path="/models/publish/", cookie=cookie, **{"accept-language": "fr"})
    assert status == 413
    assert '<html lang="fr"' in page.decode()


def test_who_leaves_leaves_nothing(caller, publisher, settings):
    assert caller.send(form()[:LARGE], says=LARGE, leaves=True, **publisher) == (0, b"")
    assert left(settings) == []


def test_who_stalls_is_told(caller, publisher, monkeypatch):
    monkeypatch.setattr(uploads, "IDLE_S", 0.05)
    monkeypatch.setattr(uploads, "DRAIN_S", 0.05)

    status, body = asyncio.run(_stalled(publisher))
    assert (status, code(body)) == (408, "body_incomplete")


async def _stalled(headers: dict[str, str]) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {}

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(b"content-length", b"9000000"), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "root_path": "", "scheme": "http"}
    await BoundedHandler()({**scope, "headers": raw, "server": ("localhost", 80), "client": None}, receive, send)
    return sent[0]["status"], sent[1]["body"]


def test_leftovers_of_a_killed_site_are_cleared(settings):
    (settings.FILE_UPLOAD_TEMP_DIR / "half.upload").write_bytes(b"half a model")
    uploading.clear()
    assert list(settings.FILE_UPLOAD_TEMP_DIR.iterdir()) == []


def test_files_in_the_spool_that_no_version_waits_for_are_cleared_after_an_hour(settings):
    model = add_user("pia", Role.PUBLISHER).models.create(name="penguins", title="Penguins")
    model.versions.create(number=1, digest="d", inspection_id="awaited", created_by=model.owner)
    hours_ago = time.time() - 2 * uploading.UNDER_WAY_S
    for name in ("awaited", "orphan", "fresh"):
        (settings.SPOOL_DIR / "inbox" / name).mkdir(parents=True)
    for name in ("awaited", "orphan"):
        os.utime(settings.SPOOL_DIR / "inbox" / name, (hours_ago, hours_ago))
    uploading.clear()
    assert {path.name for path in (settings.SPOOL_DIR / "inbox").iterdir()} == {"awaited", "fresh"}
