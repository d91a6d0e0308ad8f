"""A file that is sent in pieces over connections that break; a real server answers here."""

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from appliance import resumable
from appliance.errors import ApplianceError

CONTENT = bytes(range(256)) * 4000


class Box(BaseHTTPRequestHandler):
    """Keeps what arrives, and breaks off where it is told to."""

    def do_POST(self) -> None:
        self.server.came.append(dict(self.headers))
        self._tell(201, {"Location": "/api/v1/uploads/" + "a" * 32})

    def do_HEAD(self) -> None:
        self._tell(200, {"Upload-Offset": str(len(self.server.arrived))})

    def do_PATCH(self) -> None:
        self.server.came.append(dict(self.headers))
        if self.server.statuses:
            status, body = self.server.statuses.pop(0)
            self._tell(status, {}, body)
            return
        assert int(self.headers["Upload-Offset"]) == len(self.server.arrived)
        length = int(self.headers["Content-Length"])
        if self.server.cuts:
            self.server.arrived += self.rfile.read(min(self.server.cuts.pop(0), length))
            self.close_connection = True
            return
        self.server.arrived += self.rfile.read(length)
        self._tell(204, {"Upload-Offset": str(len(self.server.arrived))})

    def _tell(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass

    server: Any


@pytest.fixture
def box() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Box) as server:
        noted: Any = server
        noted.came, noted.arrived, noted.cuts, noted.statuses = [], bytearray(), [], []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(resumable, "WAIT_S", 0.001)
    monkeypatch.setattr(resumable, "PIECE_BYTES", 400_000)


def send(box: Any, tmp_path: Path, content: bytes = CONTENT) -> tuple[str, list[int]]:
    path = tmp_path / "données.csv"
    path.write_bytes(content)
    told: list[int] = []
    url = f"http://127.0.0.1:{box.server_port}"
    return resumable.send(url, "bst_key", path, lambda sent, _total: told.append(sent)), told


def test_a_file_is_sent_in_pieces(box, tmp_path):
    upload_id, told = send(box, tmp_path)
    assert (upload_id, bytes(box.arrived), told[-1]) == ("a" * 32, CONTENT, len(CONTENT))
    assert [each.get("Upload-Offset") for each in box.came] == [None, "0", "400000", "800000"]
    assert all(each["Authorization"] == "Bearer bst_key" for each in box.came)
    assert box.came[0]["Upload-Length"] == str(len(CONTENT))
    assert base64.b64decode(box.came[0]["Upload-Metadata"].split()[1]).decode() == "données.csv"


def test_an_empty_file_is_begun_and_that_is_all(box, tmp_path):
    assert send(box, tmp_path, b"") == ("a" * 32, [0])


def test_broken_connections_are_gone_on_from(box, tmp_path):
    box.cuts = [10, 0, 300_000, 5]
    send(box, tmp_path)
    assert bytes(box.arrived) == CONTENT


@pytest.mark.parametrize("status", sorted(resumable.PASSING))
def test_what_passes_is_waited_for(box, tmp_path, status):
    box.statuses = [(status, b"")]
    send(box, tmp_path)
    assert bytes(box.arrived) == CONTENT


def test_a_refusal_is_told_with_its_hint(box, tmp_path):
    box.statuses = [(507, json.dumps({"error": "Full.", "code": "disk_full", "hint": "Wait."}).encode())]
    with pytest.raises(ApplianceError) as told:
        send(box, tmp_path)
    assert (told.value.message, told.value.hint) == ("Full.", "Wait.")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}"])
def test_a_refusal_without_words_is_told_too(box, tmp_path, body):
    box.statuses = [(404, body)]
    with pytest.raises(ApplianceError, match="status 404"):
        send(box, tmp_path)


def test_what_is_no_box_is_told(box, tmp_path):
    box.statuses = [(200, b"<html>")]
    with pytest.raises(ApplianceError, match="no box that takes resumable uploads"):
        send(box, tmp_path)


def test_a_box_that_stays_away_is_given_up(box, tmp_path):
    box.cuts = [0] * 100
    with pytest.raises(ApplianceError, match="was tried 10 times") as told:
        send(box, tmp_path)
    assert "then send the file again" in told.value.hint


def test_no_box_at_all_is_told(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a")
    with pytest.raises(ApplianceError, match="was tried 10 times"):
        resumable.send("http://127.0.0.1:1", "bst_key", tmp_path / "a.csv", lambda *_: None)


@pytest.mark.parametrize(("name", "words"), [("absent.csv", "There is no file"), ("", "is a directory")])
def test_what_is_no_file_is_told_before_anything_is_sent(box, tmp_path, name, words):
    with pytest.raises(ApplianceError, match=words):
        resumable.send(f"http://127.0.0.1:{box.server_port}", "k", tmp_path / name, lambda *_: None)
    assert box.came == []


def test_a_file_that_becomes_shorter_meanwhile_is_told(box, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT)
    with pytest.raises(ApplianceError, match="became shorter"):
        resumable.send(f"http://127.0.0.1:{box.server_port}", "k", path, lambda *_: path.write_bytes(b"a"))
