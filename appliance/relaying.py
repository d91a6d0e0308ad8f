"""Connections by the relay of the box, for a unit that has no network of its own."""

import socket
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError

TIMEOUT_S: Final = 20.0
"""The relay itself waits five seconds for whoever is asked, after it has started where nobody had needed it."""

LINE_BYTES_MAX: Final = 512


class NoWayOut(ApplianceError):
    """The relay itself does not answer, so that nothing is known of whoever is behind it."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The relay of the box does not answer: {why}.", "sudo bastide logs egress tells why")


def relayed(relay: Path, where: str, timeout_s: float = TIMEOUT_S) -> socket.socket:
    """Return a connection that the relay made to `host:port`.

    Raise NoWayOut where the relay is not to be asked, OSError with its words where it lets nobody through there or
    nobody answers.
    """
    connection = socket.socket(socket.AF_UNIX)
    try:
        answer = _asked(connection, relay, where)
        if answer != "OK":
            raise ConnectionRefusedError(answer)
        connection.settimeout(timeout_s)
    except (OSError, NoWayOut):
        connection.close()
        raise
    return connection


def _asked(connection: socket.socket, relay: Path, where: str) -> str:
    try:
        connection.settimeout(TIMEOUT_S)
        connection.connect(str(relay))
        connection.sendall(f"CONNECT {where}\n".encode("ascii"))
        answer = _line(connection)
    except OSError as error:
        raise NoWayOut(error.strerror or str(error)) from error
    if not answer:
        why = "it ended"
        raise NoWayOut(why)
    return answer


def _line(connection: socket.socket) -> str:
    """Return the first line, and leave what follows it to TLS."""
    line = b""
    while not line.endswith(b"\n") and len(line) < LINE_BYTES_MAX and (byte := connection.recv(1)):
        line += byte
    return line.decode(errors="replace").strip()
