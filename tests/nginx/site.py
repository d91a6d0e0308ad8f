"""Stands where the site does, to show what nginx sends it and what becomes of its answers' headers."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

OWN: Final = {
    "Strict-Transport-Security": "max-age=2592000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Site(BaseHTTPRequestHandler):
    """Tells how it was asked; nginx sends a result for `/file`, an export for `/export`; `/refused` is an error."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = json.dumps({"path": self.path, "headers": self.headers.items()}).encode()
        self.send_response(503 if self.path == "/refused" else 200)
        for name, value in (OWN | {"X-Request-ID": self.headers["X-Request-ID"]}).items():
            self.send_header(name, value)
        if self.path == "/file":
            self.send_header("X-Accel-Redirect", "/-/results/job/result")
        if self.path == "/export":
            self.send_header("X-Accel-Redirect", "/-/exports/export/rows")
        self.send_header("Content-Type", "text/csv" if self.path == "/file" else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815  # http.server's name

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def running_site() -> Iterator[str]:
    """Yield the address of a site that lives as long as the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
