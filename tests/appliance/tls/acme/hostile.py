"""An ACME server that says what a test wants, however wrong."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any

from tests.appliance.tls.acme.running_pebble import serving_files
from tests.appliance.tls.server import QuietServer


@dataclass
class Script:
    """What is answered at each path: a document, or bytes, with status 200. `{url}` in texts is the server's own."""

    answers: dict[str, Any]
    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Replay-Nonce": "nonce"})

    def __post_init__(self):
        good = {"newNonce": "{url}/nonce", "newAccount": "{url}/account", "newOrder": "{url}/order"}
        self.answers = {"/dir": good, "/nonce": {}, "/account": {}, **self.answers}


@contextmanager
def answering(script: Script, directory: Path) -> Iterator[Script]:
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            answer = script.answers.get(self.path, {})
            body = answer if isinstance(answer, bytes) else json.dumps(answer).replace("{url}", script.url).encode()
            self.send_response(script.status)
            for name, value in {**script.headers, "Location": f"{script.url}{self.path}"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if self.command != "HEAD" else b"")

        def do_HEAD(self):
            self.do_GET()

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_arguments):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*serving_files(directory))
    with QuietServer(("127.0.0.1", 0), Answering) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        script.url = f"https://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield script
        finally:
            server.shutdown()
            thread.join()
