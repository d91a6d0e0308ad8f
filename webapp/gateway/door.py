"""The gateway's end of the direct way to the primary worker, without Redis between.

`worker.lane.door` is the other end. A plain socket, not a transport: what is sent leaves at once, not at the end of the
loop's turn, so that the worker computes while the last answers are still being handed out.
"""

import asyncio
import fcntl
import socket
import struct
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Final

from worker.contract import names
from worker.contract.lane import FRAME

READ_BYTES: Final = 1 << 18
MESSAGE_BYTES_MAX: Final = 64 << 20
"""The answers to a batch are smaller. A worker runs strangers' models: what it says is not taken at any length."""


class Door:
    """A connection to the worker `consumer`.

    `on_message` gets each message of answers; `on_lost` is called once when the worker is gone.
    """

    def __init__(self, consumer: str, *, on_message: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        self.consumer = consumer
        self._on_message = on_message
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._connection = socket.socket(socket.AF_UNIX)
        self._received = bytearray()

    @classmethod
    def enter(
        cls, directory: Path, consumer: str, *, on_message: Callable[[bytes], None], on_lost: Callable[[], None]
    ) -> "Door":
        """Return a connection. Raise `OSError` where the worker has no door, or is gone."""
        door = cls(consumer, on_message=on_message, on_lost=on_lost)
        try:
            door._connection.settimeout(0)
            door._connection.connect(str(directory / names.door(consumer)))
        except OSError:
            door._connection.close()
            raise
        door._loop.add_reader(door._connection, door._readable)
        return door

    def send(self, message: bytes) -> bool:
        """Hand in a batch, b"" to knock; return whether the worker's socket took it."""
        frame = FRAME.pack(len(message)) + message
        try:
            sent = self._connection.send(frame)
        except BlockingIOError:
            return False
        except OSError:
            self._lose()
            return False
        if sent < len(frame):  # the rest would have to wait, and this way is for what need not
            self._lose()
            return False
        return True

    @property
    def is_read(self) -> bool:
        """Whether the worker has taken all that was sent to it."""
        unread = fcntl.ioctl(self._connection, termios.TIOCOUTQ, struct.pack("i", 0))
        return unread == struct.pack("i", 0)

    def close(self) -> None:
        """Leave, without a word to whoever owns this."""
        self._loop.remove_reader(self._connection)
        self._connection.close()

    def _lose(self) -> None:
        self.close()
        self._on_lost()

    def _readable(self) -> None:
        try:
            data = self._connection.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lose()
            return
        self._received += data
        while len(self._received) >= FRAME.size:
            stop = FRAME.size + FRAME.unpack_from(self._received)[0]
            if stop > MESSAGE_BYTES_MAX:
                self._lose()
                return
            if stop > len(self._received):
                return
            message = bytes(self._received[FRAME.size : stop])
            del self._received[:stop]
            self._on_message(message)
