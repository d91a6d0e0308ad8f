"""The calls that a page shows really ask what the page asked."""

import ast
import json
import shlex
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import msgspec

from webapp.predictions.programs import programs

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


def test_lines_stay_short():
    assert max(map(len, programs("http://box/predict", ROW).python.splitlines())) < 90
