"""The cast of the control plane's tests: Alice runs the box, Bob uses it, Charlie is in no group of theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import translation

from tests.playground import add_user, deployed_endpoint
from webapp.accounts.models import Role, User
from webapp.endpoints.models import Endpoint
from webapp.gateway.answers import Answer
from webapp.predictions import client as online_path


@pytest.fixture(scope="session", autouse=True)
def _translations():
    call_command("compile_translations")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    # A request in French leaves its thread in French, and the next test may make no request.
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _data_directory(settings, tmp_path: Path):
    settings.DATA_DIR = tmp_path
    settings.MODELS_DIR = tmp_path / "models"
    settings.SPOOL_DIR = tmp_path / "spool"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "spool" / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir(parents=True)
    settings.CHECKS_FILE = tmp_path / "checks.json"
    settings.FINDINGS_FILE = tmp_path / "findings.json"


@pytest.fixture(autouse=True)
def _flushable_audit_trail(request: pytest.FixtureRequest) -> Iterator[None]:
    # A transactional test ends with the deletion of all rows, which the trail refuses; then its triggers come back.
    yield
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" in request.fixturenames or (marker is not None and marker.kwargs.get("transaction")):
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER audit_no_DELETE")


@pytest.fixture
def alice(db) -> User:
    return add_user("alice", Role.ADMIN)


@pytest.fixture
def bob(db) -> User:
    return add_user("bob")


@pytest.fixture
def charlie(db) -> User:
    user = add_user("charlie")
    user.groups.clear()
    return user


@pytest.fixture
def penguins(alice: User) -> Endpoint:
    return deployed_endpoint(alice)


def _client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def as_alice(alice: User) -> Client:
    return _client_of(alice)


@pytest.fixture
def as_bob(bob: User) -> Client:
    return _client_of(bob)


@pytest.fixture
def as_charlie(charlie: User) -> Client:
    return _client_of(charlie)


class OnlinePath:
    """Stands at the seam of the online path: answers as told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answer = Answer(200, "application/json", b"")
        self.gives(prediction="Gentoo", probabilities={"Adelie": 0.013, "Gentoo": 0.987})

    def gives(self, **prediction: Any) -> None:
        content = {"endpoint": "e", "version": 1, "request_id": "r", "predictions": [prediction]}
        self.answer = Answer(200, "application/json", msgspec.json.encode(content))

    def refuses(self, status: int, **error: Any) -> None:
        self.answer = Answer(status, "application/json", msgspec.json.encode({"error": "No.", "hint": "", **error}))

    def predict(self, user_id: int, endpoint_name: str, body: bytes) -> Answer:
        assert user_id > 0, "Somebody is logged in"
        self.asked.append((endpoint_name, msgspec.json.decode(body)))
        return self.answer


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> OnlinePath:
    path = OnlinePath()
    monkeypatch.setattr(online_path, "predict", path.predict)
    return path
