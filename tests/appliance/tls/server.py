"""A small HTTPS server on the loopback, with a certificate of the test's choice."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


class Greeting(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>The box</title><h1>The box answers</h1>")

    def log_message(self, *_arguments):
        pass


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_arguments):
        """Say nothing of clients that refuse the certificate."""


@contextmanager
def served(chain: Path, key: Path) -> Iterator[int]:
    """Serve, and give the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with QuietServer(("127.0.0.1", 0), Greeting) as server:
        # Each connection shakes hands in its own thread, so that one that never does holds up nobody.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
