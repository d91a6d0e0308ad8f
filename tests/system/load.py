"""Callers who ask an installed box for predictions without a pause, by TLS, and count what fails."""

import http.client
import json
import socket
import ssl
import threading
import time
from types import TracebackType
from typing import Self

from tests.system.machine import Machine

PREDICT = "/api/v1/endpoints/penguins/predict"


class Load:
    """Half of the callers keep their connection, the others make one for each request. A wait of 15 s is a failure."""

    def __init__(self, machine: Machine, name: str, key: str, rows: list[dict[str, object]], callers: int = 6) -> None:
        self._address = machine.address
        self._name = name
        self._body = json.dumps({"rows": rows})
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._tls = ssl.create_default_context(cafile=str(machine.root / "etc/bastide/tls/authority.crt"))
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number % 2 == 0,)) for number in range(callers)]
        self._lock = threading.Lock()
        self.answered = 0
        self.longest_s = 0.0
        self.failures: list[str] = []
        self.answers: set[bytes] = set()

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

    def _call(self, keeps: bool) -> None:  # the one thing in which callers differ
        connection: http.client.HTTPConnection | None = None
        while not self._ended.is_set():
            started_s = time.monotonic()
            try:
                connection = connection or self._connected()
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
            self._note(failure, body, time.monotonic() - started_s)

    def _connected(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPSConnection(self._name, timeout=15)
        plain = socket.create_connection((self._address, 443), 15)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sock = self._tls.wrap_socket(plain, server_hostname=self._name)
        return connection

    def _note(self, failure: str, body: bytes, took_s: float) -> None:
        with self._lock:
            self.longest_s = max(self.longest_s, took_s)
            if failure:
                self.failures.append(failure)
            else:
                self.answered += 1
                self.answers.add(json.dumps(json.loads(body).get("predictions"), sort_keys=True).encode())
