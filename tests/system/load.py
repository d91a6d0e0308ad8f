"""Callers who ask an installed box for predictions without a pause, by TLS, and count what fails."""

import http.client
import json
import socket
import ssl
import threading
import time
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.system.machine import Machine

CLOSED = ("SSLEOFError", "RemoteDisconnected", "ConnectionResetError", "BrokenPipeError")
PREDICT = "/api/v1/endpoints/penguins/predict"


def connected(machine: Machine, name: str, source: str = "") -> http.client.HTTPConnection:
    """Return a connection to the machine's front by TLS, from an address of this machine if one is named."""
    tls = _trusting(machine.root / "etc/bastide/tls/authority.crt")
    connection = http.client.HTTPConnection(name, timeout=15)  # its sister reads all of Debian's authorities each time
    plain = socket.create_connection((machine.address, 443), 15, (source, 0) if source else None)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock = tls.wrap_socket(plain, server_hostname=name)
    except OSError:
        plain.close()
        raise
    return connection


@cache
def _trusting(authority: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority))


class Load:
    """Half of the callers keep their connection, the others make one for each request. A wait of 15 s is a failure.

    `asked_again` counts the connections that the other side closed while they were kept.
    """

    def __init__(self, machine: Machine, name: str, key: str, rows: list[dict[str, object]], callers: int = 6) -> None:
        self.kept = (callers + 1) // 2
        self._machine = machine
        self._name = name
        self._body = json.dumps({"rows": rows})
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number % 2 == 0,)) for number in range(callers)]
        self._lock = threading.Lock()
        self.answered = 0
        self.longest_s = 0.0
        self.asked_again = 0
        self.failures: list[str] = []
        self.answers: set[str] = set()

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, answers: int) -> None:
        """Return when so many more requests were answered."""
        until = self.answered + answers
        while self.answered < until and not self.failures:
            time.sleep(0.05)

    def _call(self, keeps: bool) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self._ended.is_set():
            started_s, is_kept = time.monotonic(), connection is not None
            try:
                connection = connection or connected(self._machine, self._name)
                connection.request("POST", PREDICT, self._body, self._headers)
                answer = connection.getresponse()
                body = answer.read()
                failure = "" if answer.status == http.client.OK else f"{answer.status} {body[:200]!r}"
                closes = not keeps or answer.will_close
            except (OSError, http.client.HTTPException) as error:
                failure, body, closes = f"{type(error).__name__}: {error}", b"", True
            if closes and connection is not None:
                connection.close()
                connection = None
            # A server may close a connection that it kept at the moment at which the next request leaves: clients ask
            # again by another one, as HTTP says (RFC 9112, 9.3.1).
            if is_kept and failure.startswith(CLOSED):
                self._note_closed()
            else:
                self._note(failure, body, time.monotonic() - started_s)
        if connection is not None:
            connection.close()

    def _note_closed(self) -> None:
        with self._lock:
            self.asked_again += 1

    def _note(self, failure: str, body: bytes, took_s: float) -> None:
        with self._lock:
            self.longest_s = max(self.longest_s, took_s)
            if failure:
                self.failures.append(failure)
            else:
                self.answered += 1
                self.answers.update(str(each["prediction"]) for each in json.loads(body)["predictions"])
