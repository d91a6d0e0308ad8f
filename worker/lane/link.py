"""A blocking Redis connection for the lane: hiredis on a unix socket, commands sent together in one write."""

import socket
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import hiredis

from worker.contract.queue_login import queue_login

Command = tuple[bytes | str | int, ...]
RedisAnswer = Any
"""What RESP can carry: bytes, int, None, a list of these, or a `hiredis.ReplyError` among the answers of a pipeline."""

NO_ANSWER: Final[Command] = ("CLIENT", "REPLY", "SKIP")
"""Before a command: Redis answers neither."""

READ_TIMEOUT_S: Final = 10
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
        return self._exchange(packed, answers=len(packed))

    def _exchange(self, packed: list[bytes], *, answers: int) -> list[RedisAnswer]:
        try:
            connection = self._connected()
            connection.sendall(b"".join(packed))
            return [self._read(connection) for _ in range(answers)]
        except (OSError, hiredis.ProtocolError) as error:
            self.close()
            raise LinkLost(str(error)) from error

    def call_after(self, quiet: Iterable[Command], *command: bytes | str | int) -> RedisAnswer:
        """Send commands whose answers nobody needs and then one more, in one write, and return its answer.

        Raise `LinkLost`, or `hiredis.ReplyError` for a refusal of the last; Redis does not answer the others at all, so
        that this thread is woken once.
        """
        unanswered = (part for one in quiet for part in (NO_ANSWER, one))
        packed = [hiredis.pack_command(one) for one in (*unanswered, command)]  # type: ignore[arg-type]  # as below
        answer = self._exchange(packed, answers=1)[0]
        if isinstance(answer, hiredis.ReplyError):
            raise answer
        return answer

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None
        self._reader = hiredis.Reader(notEnoughData=_NOTHING)

    def _connected(self) -> socket.socket:
        if self._socket is None:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(str(self._path))
            except OSError:
                connection.close()
                raise
            # Kept by the kernel: Python's own timeout would ask `poll` before each read and write.
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                connection.setsockopt(socket.SOL_SOCKET, option, _TIMEOUT)
            self._socket = connection
            self._log_in(connection)
        return self._socket

    def _log_in(self, connection: socket.socket) -> None:
        login = queue_login()
        if login is None:
            return
        connection.sendall(hiredis.pack_command(login.command))  # type: ignore[arg-type]  # its stub names a 1-tuple
        answer = self._read(connection)
        if isinstance(answer, hiredis.ReplyError):
            msg = f"Redis does not let this process in: {answer}"
            raise ConnectionRefusedError(msg)

    def _read(self, connection: socket.socket) -> RedisAnswer:
        while (answer := self._reader.gets()) is _NOTHING:
            data = connection.recv(1 << 16)
            if not data:
                msg = "Redis closed the connection."
                raise ConnectionResetError(msg)
            self._reader.feed(data)
        return answer


_TIMEOUT: Final = struct.pack("@ll", READ_TIMEOUT_S, 0)
"""A `struct timeval`."""

_NOTHING: Final = object()
