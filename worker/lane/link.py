"""A blocking Redis connection for the lane: hiredis on a unix socket, commands sent together in one write."""

import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import hiredis

Command = tuple[bytes | str | int, ...]
RedisAnswer = Any
"""What RESP can carry: bytes, int, None, a list of these, or a `hiredis.ReplyError` among the answers of a pipeline."""

READ_TIMEOUT_S: Final = 10.0
"""Longer than any blocking read asks Redis to wait: silence beyond it means that the connection is dead."""


class LinkLost(ConnectionError):
    """Redis closed the connection or does not answer."""


class Link:
    """One connection, for one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader = hiredis.Reader(notEnoughData=_NOTHING)
        self._socket: socket.socket | None = None

    def call(self, *command: bytes | str | int) -> RedisAnswer:
        """Send one command and return its answer. Raise `LinkLost`, or `hiredis.ReplyError` for a refusal."""
        answer = self.call_all([command])[0]
        if isinstance(answer, hiredis.ReplyError):
            raise answer
        return answer

    def call_all(self, commands: Iterable[Command]) -> list[RedisAnswer]:
        """Send commands in one write and return their answers, refusals among them as `hiredis.ReplyError`."""
        packed = [hiredis.pack_command(command) for command in commands]  # type: ignore[arg-type]  # its stub names a 1-tuple
        try:
            connection = self._connected()
            connection.sendall(b"".join(packed))
            return [self._read(connection) for _ in packed]
        except (OSError, hiredis.ProtocolError) as error:
            self.close()
            raise LinkLost(str(error)) from error

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._reader = hiredis.Reader(notEnoughData=_NOTHING)

    def _connected(self) -> socket.socket:
        if self._socket is None:
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(READ_TIMEOUT_S)
            connection.connect(str(self._path))
            self._socket = connection
        return self._socket

    def _read(self, connection: socket.socket) -> RedisAnswer:
        while (answer := self._reader.gets()) is _NOTHING:
            data = connection.recv(1 << 16)
            if not data:
                msg = "Redis closed the connection."
                raise ConnectionResetError(msg)
            self._reader.feed(data)
        return answer


_NOTHING: Final = object()
