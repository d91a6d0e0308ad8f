"""Connections from the control plane to the world: straight, or by the relay where this process has no network."""

import http.client
import smtplib
import socket
import ssl
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend

ANSWER_BYTES_MAX = 512


def connect(address: tuple[str, int], timeout: Any = None, *_: object) -> socket.socket:  # noqa: ANN401  # as in socket
    """Return a connection to a host, as `socket.create_connection` would. Raise OSError with why there is none."""
    relay: Path | None = settings.EGRESS_SOCKET
    if relay is None:
        return socket.create_connection(address, timeout)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(timeout if isinstance(timeout, int | float) else None)
        connection.connect(str(relay))
        connection.sendall(f"CONNECT {address[0]}:{address[1]}\n".encode("ascii"))
        answer = _line(connection)
    except OSError:
        connection.close()
        raise
    if answer != "OK":
        connection.close()
        raise ConnectionRefusedError(answer or "the relay of the box does not answer")
    return connection


def _line(connection: socket.socket) -> str:
    """Return the first line, and leave what follows it to whoever gets the connection."""
    line = b""
    while not line.endswith(b"\n") and len(line) < ANSWER_BYTES_MAX and (byte := connection.recv(1)):
        line += byte
    return line.decode(errors="replace").strip()


def http_connection(scheme: str, host: str, port: int | None, timeout_s: float) -> http.client.HTTPConnection:
    """Return a connection for a request to the world."""
    return (_Https if scheme == "https" else _Http)(host, port, timeout=timeout_s)


def trust() -> ssl.SSLContext:
    """Return what hosts are held against: the machine's own store of authorities."""
    found = ssl.create_default_context()
    # From Python 3.13 on, extensions are wanted that the root of many a company lacks; chain, name and dates hold.
    found.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return found


class _Http(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = connect((self.host, self.port), self.timeout)


class _Https(http.client.HTTPSConnection):
    def connect(self) -> None:
        plain = connect((self.host, self.port), self.timeout)
        self.sock = trust().wrap_socket(plain, server_hostname=self.host)


class _Smtp(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:  # noqa: ANN401  # as in smtplib
        return connect((host, port), timeout)


class _SmtpTls(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:  # noqa: ANN401  # as in smtplib
        return self.context.wrap_socket(connect((host, port), timeout), server_hostname=host)


class Mail(EmailBackend):
    """Django's mail by SMTP, on this way out."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        """The kind of connection that mail is handed in by."""
        return _SmtpTls if self.use_ssl else _Smtp

    @cached_property
    def ssl_context(self) -> ssl.SSLContext:
        """What the mail server is held against."""
        return trust()
