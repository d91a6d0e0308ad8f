"""The gateway as an ASGI application: what it refuses before it asks anybody."""

import asyncio
import json
from typing import Any

import pytest

from tests.playground import add_user, deployed_endpoint
from webapp.accounts.models import ApiKey
from webapp.gateway import application as application_module
from webapp.gateway.application import Gateway
from webapp.gateway.routing import BODY_BYTES_MAX

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/endpoints/penguins/predict"


async def django(scope, receive, send):
    """Stand where Django stands: it only has to be seen that a request comes here."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


class Caller:
    """Speaks ASGI to a gateway whose Redis is away."""

    def __init__(self, directory) -> None:
        self.gateway = Gateway(django, directory / "nowhere.sock", directory)

    def ask(self, *chunks: bytes | None, path: str = PATH, method: str = "POST", **headers: str) -> tuple[int, Any]:
        """Send a request in chunks and return status and body; None as a chunk: the caller leaves."""
        return asyncio.run(self._ask(list(chunks), path, method, headers))

    async def _ask(
        self, chunks: list[bytes | None], path: str, method: str, headers: dict[str, str]
    ) -> tuple[int, Any]:
        lifespan: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        lifespan.put_nowait({"type": "lifespan.startup"})
        started = asyncio.Event()

        async def note(message):
            started.set()

        life = asyncio.create_task(self.gateway({"type": "lifespan"}, lifespan.get, note))
        await started.wait()
        sent: list[dict[str, Any]] = []

        async def receive():
            if not chunks:
                await asyncio.sleep(60)  # the caller stalls
            chunk = chunks.pop(0)
            if chunk is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": chunk, "more_body": bool(chunks) or self.stalls}

        async def send(message):
            sent.append(message)

        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        await self.gateway({"type": "http", "path": path, "method": method, "headers": raw}, receive, send)
        lifespan.put_nowait({"type": "lifespan.shutdown"})
        await life
        if not sent:
            return 0, None
        self.request_id = dict(sent[0]["headers"]).get(b"x-request-id", b"")
        body = sent[1]["body"]
        return sent[0]["status"], json.loads(body) if body[:1] == b"{" else body

    stalls = False
    request_id = b""


@pytest.fixture
def caller(tmp_path):
    return Caller(tmp_path)


@pytest.fixture
def key(db):
    alice = add_user("alice")
    deployed_endpoint(alice)
    return "Bearer " + ApiKey.objects.create_key(alice)[1]


def test_what_is_no_inference_goes_to_django(caller):
    assert caller.ask(path="/login/", method="GET") == (299, b"/login/")


def test_an_endpoint_may_be_called_predict(caller):
    assert caller.ask(path="/api/v1/endpoints/predict", method="GET") == (299, b"/api/v1/endpoints/predict")


def test_each_process_that_starts_one_forked_gateway_numbers_its_requests_apart(caller):
    processes = set()
    for _ in range(2):
        caller.ask(b"{}")
        processes.add(caller.request_id.split(b"-")[0])
    assert len(processes) == 2


def test_a_body_lost_to_an_upgrade_is_told_from_an_empty_one(caller, key):
    status, error = caller.ask(b"", authorization=key, connection="Upgrade", upgrade="h2c")
    assert (status, error["code"]) == (400, "invalid_input")
    assert "Upgrade" in error["error"]


def test_a_key_of_another_scheme_is_no_key(caller, key):
    status, error = caller.ask(b"{}", authorization=key.replace("Bearer", "Basic"))
    assert (status, error["code"]) == (401, "unauthenticated")


def test_an_unknown_endpoint_is_not_found(caller, key):
    status, error = caller.ask(b"{}", path="/api/v1/endpoints/nowhere/predict", authorization=key)
    assert (status, error["code"]) == (404, "not_found")


def test_a_body_that_says_to_be_too_large_is_refused_unread(caller, key):
    status, error = caller.ask(authorization=key, content_length=str(BODY_BYTES_MAX + 1))
    assert (status, error["code"]) == (413, "body_too_large")


def test_a_body_that_turns_out_to_be_too_large_is_refused(caller, key):
    status, error = caller.ask(b"x" * BODY_BYTES_MAX, b"x", authorization=key)
    assert (status, error["code"]) == (413, "body_too_large")


def test_a_body_that_stalls_is_refused_after_its_time(caller, key, monkeypatch):
    monkeypatch.setattr(application_module, "BODY_TIMEOUT_S", 0.1)
    caller.stalls = True
    status, error = caller.ask(b"{", authorization=key)
    assert (status, error["code"]) == (408, "body_incomplete")


def test_a_caller_who_leaves_is_not_answered(caller, key):
    assert caller.ask(b"{", None, authorization=key) == (0, None)


def test_without_redis_a_good_request_is_told_to_come_again(caller, key):
    status, error = caller.ask(b"{}", authorization=key)
    assert (status, error["code"]) == (503, "model_not_ready")


def test_live_without_redis_but_not_ready(caller, db):
    assert caller.ask(path="/livez", method="GET")[0] == 200
    status, body = caller.ask(path="/readyz", method="GET")
    assert (status, body["checks"]) == (503, {"database": True, "redis": False, "worker": False})


def test_metrics_count_strangers_under_one_label(caller, key):
    caller.ask(b"{}", path="/api/v1/endpoints/some-made-up-name/predict", authorization=key)
    _, text = caller.ask(path="/metrics", method="GET")
    assert b"some-made-up-name" not in text
    assert b'bastide_requests_total{endpoint="unknown",status="404"}' in text
