"""Which addresses may be told of the end of a job, and how they are told; a real server listens here."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.playground import NOON
from webapp.jobs import webhooks
from webapp.jobs.errors import JobChoiceError
from webapp.jobs.models import BatchJob, Status
from webapp.jobs.webhooks import WebhookError

HOSTS = ("n8n.example", "10.0.0.7:5678", "[fd00::1]:80")


class Listener(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]  # set below
        self.send_response(self.server.status)  # type: ignore[attr-defined]  # set below
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        server.came, server.status = [], 204  # type: ignore[attr-defined]  # for the handler
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/",
        "https://n8n.example.evil/",
        "https://n8n.example:8443/",  # a host without a port is one at the usual ports
        "http://10.0.0.7/",
        "http://10.0.0.7:5679/",
    ],
)
def test_a_host_that_no_administrator_named_is_refused_and_the_setting_is_named(url):
    with pytest.raises(JobChoiceError, match="BASTIDE_WEBHOOK_HOSTS"):
        webhooks.require_allowed(url, HOSTS)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://n8n.example/",
        "n8n.example",
        "https://ada:secret@n8n.example/",
        "https://n8n.example/é",
        "https://n8n.example/a b",
        "https://n8n.example:99999/",
        "https://n8n.example/" + "x" * 200,
        "https://n8n.example/\r\nX: y",
    ],
)
def test_what_is_no_plain_address_is_refused(url):
    with pytest.raises(JobChoiceError, match="is not an address"):
        webhooks.require_allowed(url, HOSTS)


@pytest.mark.parametrize(
    "url", ["https://n8n.example/x?y=1", "http://N8N.example", "http://10.0.0.7:5678/hook", "http://[fd00::1]/"]
)
def test_a_host_that_is_named_may_be_told(url):
    webhooks.require_allowed(url, HOSTS)
    assert webhooks.is_allowed(url, HOSTS)


def test_nobody_may_be_told_unless_somebody_is_named():
    assert not webhooks.is_allowed("https://n8n.example/", ())


def test_the_event_is_posted_as_json(listener):
    webhooks.post(f"http://127.0.0.1:{listener.server_port}/hook?token=1", b'{"id": "x"}')
    ((path, headers, body),) = listener.came
    assert (path, body) == ("/hook?token=1", b'{"id": "x"}')
    assert (headers["Content-Type"], headers["X-Bastide-Event"]) == ("application/json", "job.ended")


def test_a_redirect_is_not_followed(listener):
    listener.status = 307
    with pytest.raises(WebhookError, match="307"):
        webhooks.post(f"http://127.0.0.1:{listener.server_port}/", b"{}")
    assert len(listener.came) == 1


def test_nobody_there_is_an_error():
    with pytest.raises(OSError, match="refused"):
        webhooks.post("http://127.0.0.1:1/", b"{}")


def test_what_is_told_of_a_job(bob, penguins):
    job = BatchJob(
        job_id="a" * 32,
        endpoint=penguins,
        owner=bob,
        file_name="people.csv",
        status=Status.FAILED,
        rows_total=7,
        rows_invalid=2,
        rows_failed=1,
        reason_json={"template": "It has no rows.", "facts": {}},
        ended_at=NOON + timedelta(hours=1),
    )
    assert json.loads(webhooks.payload(job, "http://box")) == {
        "id": "a" * 32,
        "status": "failed",
        "url": f"http://box/api/v1/jobs/{'a' * 32}",
        "endpoint": "penguins",
        "file": "people.csv",
        "rows_total": 7,
        "rows_failed": 3,
        "reason": "It has no rows.",
    }
