"""The prediction that the site asks itself before each hourly look, and what is kept of it."""

import json
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from webapp.accounts.models import ApiKey
from webapp.box import asking

ROWS = b'{"predictions": [{"prediction": "Gentoo"}]}'


class Site(socketserver.ThreadingUnixStreamServer):
    """Answers each request with what is next, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self, path: Path, *answers: tuple[int, bytes]) -> None:
        super().__init__(str(path), Answering)
        self.answers = list(answers)
        self.asked: list[tuple[str, str, bytes]] = []


class Answering(BaseHTTPRequestHandler):
    """One connection."""

    server: Site

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        status, said = self.server.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def address_string(self) -> str:
        return "unix"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    with Site(tmp_path / "web.sock", (401, b"{}"), (200, ROWS)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _kept_here(tmp_path, settings):
    settings.CANARY_FILE = tmp_path / "canary.json"


def test_one_example_row_is_asked_with_a_key_that_ends(site, penguins, tmp_path):
    call_command("ask_canary", str(tmp_path / "web.sock"))
    assert len(site.asked) == 2  # a new key is not known at once
    path, key, body = site.asked[-1]
    assert path == "/api/v1/endpoints/penguins/predict"
    assert key.startswith("Bearer bst_")
    assert json.loads(body) == {"rows": [penguins.champion.version.manifest.example]}
    assert not ApiKey.objects.exists()
    kept = json.loads(settings.CANARY_FILE.read_text())
    assert (kept["endpoint"], kept["status"], kept["predictions"]) == ("penguins", 200, 1)
    assert settings.CANARY_FILE.stat().st_mode & 0o777 == 0o640


def test_a_site_that_does_not_answer_is_kept_too(penguins, tmp_path):
    kept = asking.ask(tmp_path / "nowhere.sock", timezone.now())
    assert (kept["status"], kept["predictions"]) == (0, 0)
    assert "No such file" in kept["said"]
    assert not ApiKey.objects.exists()


def test_where_nothing_is_deployed_nobody_is_asked(alice, tmp_path):
    assert asking.ask(tmp_path / "nowhere.sock", timezone.now())["endpoint"] == ""
