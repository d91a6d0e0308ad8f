"""A bundle that stands at an address is read from there, and asked for again when the connection breaks off."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from appliance.bundling import opening
from appliance.bundling.form import Refused
from tests.appliance.bundling.conftest import HERE


class Server(HTTPServer):
    """Serves a bundle; of its answers the first `broken` break off half way."""

    asked, broken = 0, 0
    content = b""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self):
        self.server.asked += 1
        content = self.server.content if self.path == "/it.bundle" else b""
        self.send_response(200 if content else 404)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self.server.asked <= self.server.broken else content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def served(made, monkeypatch):
    """A server of the bundle, for a machine that it is made for."""
    monkeypatch.setattr(opening, "PAUSE_S", 0)
    monkeypatch.setattr(opening, "this_machine", lambda: HERE)

    server = Server(("127.0.0.1", 0), Handler)
    server.content = made.content
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def address(server, path="/it.bundle"):
    return f"http://127.0.0.1:{server.server_port}{path}"


def test_it_is_opened_from_an_address(served, made):
    assert (opening.bring(address(served), made.public, made.into) / "bastide").exists()


def test_it_is_asked_for_again_when_it_breaks_off(served, made):
    served.broken = 2
    assert (opening.bring(address(served), made.public, made.into) / "bastide").exists()
    assert served.asked == 3
    assert len(made.left()) == 1


def test_a_wrong_address_is_told_at_once(served, made):
    with pytest.raises(Refused, match="answers 404"):
        opening.bring(address(served, "/other"), made.public, made.into)
    assert served.asked == 1


def test_one_that_never_comes_is_told(served, made):
    served.broken = 99
    with pytest.raises(Refused, match="could not be fetched"):
        opening.bring(address(served), made.public, made.into)
    assert made.left() == []
