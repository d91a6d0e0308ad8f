"""A server that speaks of batch jobs as a box does, and breaks off where a test wants it to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from appliance.asking import Patience
from appliance.upload import Site

JOB_ID = "a" * 32
QUICK = Patience(first_s=0.01, most_s=0.02, whole_s=5)
HARDLY = Patience(first_s=0.01, most_s=0.01, whole_s=0.05)
NOTHING: dict[str, Any] = {"error": "There is nothing by this name.", "hint": ""}


def job(**changes: Any) -> dict[str, Any]:
    """Return a job as the API describes it."""
    known: dict[str, Any] = {
        "id": JOB_ID,
        "endpoint": "income",
        "file": "people.csv",
        "file_bytes": 4,
        "status": "succeeded",
        "rows_total": 1200,
        "rows_done": 1200,
        "rows_failed": 0,
        "rows_unusual": 0,
        "rows_per_s": 600.0,
        "seconds_left": None,
        "reason": None,
        "hint": None,
        "problems": [],
    }
    return known | changes


class JobBox(ThreadingHTTPServer):
    """`states`: what is told of the job, one a question, the last one ever after. `drops`: a call that breaks off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.states = [job()]
        self.jobs: list[dict[str, Any]] = []
        self.forms: list[dict[str, str]] = []
        self.asked: list[str] = []
        self.uploaded = b""
        self.drops: list[str] = []
        self.files = {"result": b"people,prediction\n1,2\n", "wrong-rows": b"line,problem\n"}
        self.breaks_off_after: list[int] = []
        self.sends_parts = True
        self.begins_before_dropping = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that is gone


class Handler(BaseHTTPRequestHandler):
    server: JobBox

    def do_GET(self) -> None:
        self.answer("GET")

    def do_POST(self) -> None:
        self.answer("POST")

    def do_PATCH(self) -> None:
        self.answer("PATCH")

    def answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = f"{method} {self.path}"
        self.server.asked.append(call)
        if call in self.server.drops:
            self.server.drops.remove(call)
            if self.server.begins_before_dropping:
                self.server.jobs.append(job(status="queued"))
            self.close_connection = True
            return
        if self.path.startswith("/api/v1/uploads"):
            self.take(method, body)
        elif method == "POST":
            self.post(body)
        else:
            self.tell()

    def take(self, method: str, body: bytes) -> None:
        self.server.uploaded += body if method == "PATCH" else b""
        self.send_response(204 if method == "PATCH" else 201)
        self.send_header("Location", "/api/v1/uploads/up1")
        self.send_header("Upload-Offset", str(len(self.server.uploaded)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def post(self, body: bytes) -> None:
        if self.path.endswith("/cancel"):
            has_ended = self.server.states[0]["status"] in {"succeeded", "failed"}
            self.say(409 if has_ended else 200, NOTHING if has_ended else job(status="canceled"))
            return
        if self.server.jobs:
            self.say(404, NOTHING)
            return
        self.server.forms.append({name: values[0] for name, values in parse_qs(body.decode()).items()})
        self.server.jobs.append(job(status="queued"))
        self.say(202, {"id": JOB_ID, "status": "queued", "url": ""})

    def tell(self) -> None:
        path, _, _query = self.path.partition("?")
        if path == "/api/v1/jobs":
            self.say(200, self.server.jobs)
        elif path == f"/api/v1/jobs/{JOB_ID}":
            states = self.server.states
            self.say(200, states.pop(0) if len(states) > 1 else states[0])
        elif path.rpartition("/")[2] in self.server.files:
            self.send_file(self.server.files[path.rpartition("/")[2]])
        else:
            self.say(404, NOTHING)

    def send_file(self, content: bytes) -> None:
        start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-")) if self.headers["Range"] else 0
        start = start if self.server.sends_parts else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        stop = self.server.breaks_off_after.pop(0) if self.server.breaks_off_after else len(content)
        self.wfile.write(content[start:stop])
        self.close_connection = True

    def say(self, status: int, answer: Any) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running(box: JobBox) -> Iterator[JobBox]:
    """Let it answer."""
    thread = threading.Thread(target=lambda: box.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield box
    finally:
        box.shutdown()
        thread.join()
        box.server_close()


def site(box: JobBox) -> Site:
    """Return how it is reached."""
    return Site(url=box.url, key="bst_key")
