"""What is sent to a box elsewhere, and what its answers become; a real server answers here."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import ApplianceError
from appliance.upload import Site


class Box(BaseHTTPRequestHandler):
    """Answers as it is told, and remembers what came."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]  # set below
        status, answer = self.server.answer  # type: ignore[attr-defined]  # set below
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def box() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Box) as server:
        server.came, server.answer = [], (202, b'{"version": 1}')  # type: ignore[attr-defined]  # for the handler
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def send(box: Any, tmp_path: Path, content: bytes = b"a model", key: str = "bst_key") -> Any:
    (tmp_path / "a.skops").write_bytes(content)
    site = Site(url=f"http://127.0.0.1:{box.server_port}", key=key)
    told: list[tuple[int, int]] = []
    answer = site.publish(
        "penguins",
        [("target", "species")],
        {"artifact": tmp_path / "a.skops"},
        lambda sent, total: told.append((sent, total)),
    )
    return answer, told


def test_fields_and_files_are_sent_with_the_key(box, tmp_path):
    answer, _told = send(box, tmp_path)
    ((path, headers, body),) = box.came
    assert answer == {"version": 1}
    assert path == "/api/v1/models/penguins/versions"
    assert headers["Authorization"] == "Bearer bst_key"
    assert b'name="target"\r\n\r\nspecies\r\n' in body
    assert b'name="artifact"; filename="a.skops"\r\nContent-Type: application/octet-stream\r\n\r\na model\r\n' in body


def test_progress_ends_with_everything(box, tmp_path):
    _answer, told = send(box, tmp_path, b"x" * 1_000_000)
    assert len(told) > 3
    assert told[-1][0] == told[-1][1] == int(box.came[0][1]["Content-Length"])


def test_a_refusal_is_told_with_its_hint(box, tmp_path):
    box.answer = (409, json.dumps({"error": "The name is taken.", "hint": "Choose another."}).encode())
    with pytest.raises(ApplianceError, match=r"The name is taken\.") as raised:
        send(box, tmp_path)
    assert raised.value.hint == "Choose another."


def test_what_is_no_box_is_told(box, tmp_path):
    box.answer = (200, b"<html>")
    with pytest.raises(ApplianceError, match="is no box"):
        send(box, tmp_path)


def test_nobody_there_is_told():
    with pytest.raises(ApplianceError, match=r"The box at http://127\.0\.0\.1:1 does not answer"):
        Site(url="http://127.0.0.1:1", key="k").get("/api/v1/models")
