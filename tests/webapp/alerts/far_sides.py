"""A mail server and the receiver of a webhook, as much of each as a test of deliveries needs."""

import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class MailServer(socketserver.StreamRequestHandler):
    """Speaks as much of SMTP as one letter needs; `answers` is what it says to the end of one."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.strip().upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while (line := self.rfile.readline()) != b".\r\n":
                    known(self)["taken"].append(line)
                if not known(self)["answers"]:
                    return
                self.wfile.write(known(self)["answers"])
                continue
            self.wfile.write(b"250 yes\r\n")
            if word == b"QUIT":
                return


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes what is posted; `answers` is the status that it says, and without one it breaks off."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        known(self)["taken"].append((dict(self.headers), body))
        if not known(self)["answers"]:
            return
        self.send_response(known(self)["answers"])
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def known(handler: socketserver.BaseRequestHandler) -> dict[str, Any]:
    return vars(handler.server)


@contextmanager
def serving(server: Any, answers: Any) -> Iterator[Any]:
    """Serve, keeping what was `taken`; `answers` is what is said to it, and may be set to something else meanwhile."""
    server.taken, server.answers = [], answers
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
