"""The calls that a page shows really ask what the page asked."""

import ast
import json
import shlex
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from appliance.tls.trust import PEM
from webapp.predictions.programs import programs
from webapp.trust import AUTHORITY

ROW = {"name": "O'Brien “x”", "a": msgspec.Raw(b"46.10"), "b": None, "c": True, **{f"feature {n}": n for n in range(9)}}


def test_curl_sends_the_row():
    words = shlex.split(programs("http://box/predict", ROW).curl)
    assert words[1] == "http://box/predict"
    assert json.loads(words[-1])["rows"][0] == {**ROW, "a": 46.1}


def test_python_sends_the_row():
    module = ast.parse(programs("http://box/predict", ROW, "bst_1").python)
    row = next(each.value for each in module.body if isinstance(each, ast.Assign))
    assert ast.literal_eval(row) == {**ROW, "a": 46.1}


def test_the_key_stands_in_both():
    both = programs("http://box/predict", ROW, "bst_1")
    assert "Bearer bst_1" in both.curl
    assert "Bearer bst_1" in both.python


class Box(BaseHTTPRequestHandler):
    """Refuses whatever it is sent, as a box does."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"error": "Row 1: \\"year\\" is needed.", "code": "invalid_input"}'
        self.send_response(400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


def test_python_prints_why_the_box_refuses():
    with HTTPServer(("127.0.0.1", 0), Box) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        program = programs(f"http://127.0.0.1:{server.server_port}/predict", ROW).python
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
        thread.join()
    assert done.stdout == 'Row 1: "year" is needed.\n'


@pytest.fixture
def with_own_authority(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A server by TLS that no computer trusts, and the directory with the file by which a program does."""
    certificate, key = tmp_path / AUTHORITY, tmp_path / "key.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=box -addext subjectAltName=DNS:localhost"
    subprocess.run([*made.split(), "-out", certificate, "-keyout", key], check=True, capture_output=True, timeout=30)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), Box) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port, tmp_path
        server.shutdown()
        thread.join()


def test_both_trust_the_authority_whose_file_lies_beside_them(with_own_authority):
    port, directory = with_own_authority
    told = programs(f"https://localhost:{port}/predict", ROW, authority=AUTHORITY)
    for program in (["sh", "-c", told.curl], [sys.executable, "-c", told.python]):
        done = subprocess.run(program, cwd=directory, capture_output=True, text=True, check=True, timeout=30)
        assert "is needed." in done.stdout


def test_neither_reaches_such_a_box_without_the_file(with_own_authority):
    port, directory = with_own_authority
    told = programs(f"https://localhost:{port}/predict", ROW)
    for program in (["sh", "-c", told.curl], [sys.executable, "-c", told.python]):
        done = subprocess.run(program, cwd=directory, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode
        assert "certificate" in done.stderr.lower()


PAGES = ("/endpoints/penguins/", "/api/")


@pytest.mark.parametrize("page", PAGES)
def test_it_is_named_where_the_box_vouches_for_itself(as_bob, penguins, settings, tmp_path, page):
    settings.TRUST_DIR = tmp_path
    (tmp_path / AUTHORITY).touch()
    text = as_bob.get(page, secure=True).content.decode()
    assert f"--cacert {AUTHORITY}" in text
    assert '<a href="/trust/">' in text


@pytest.mark.parametrize("page", PAGES)
def test_it_is_not_where_a_company_signed_the_certificate(as_bob, penguins, settings, tmp_path, page):
    settings.TRUST_DIR = tmp_path
    text = as_bob.get(page, secure=True).content.decode()
    assert "curl" in text
    assert "--cacert" not in text


@pytest.mark.parametrize("page", PAGES)
def test_it_is_not_without_tls(as_bob, penguins, settings, tmp_path, page):
    settings.TRUST_DIR = tmp_path
    (tmp_path / AUTHORITY).touch()
    assert "--cacert" not in as_bob.get(page).content.decode()


def test_a_fresh_key_comes_with_it(as_bob, settings, tmp_path):
    settings.TRUST_DIR = tmp_path
    (tmp_path / AUTHORITY).touch()
    as_bob.post("/keys/", {"label": "x"})
    text = as_bob.get("/keys/", secure=True).content.decode()
    assert f"curl --cacert {AUTHORITY} -H" in text


def test_the_name_is_that_which_trust_offers():
    assert AUTHORITY == PEM


def test_lines_stay_short():
    assert max(map(len, programs("http://box/predict", ROW).python.splitlines())) < 90
