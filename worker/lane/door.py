"""The door of an inference worker: a unix socket where gateways hand in batches without Redis between.

It is for the ordinary case alone: a quick version and a living primary. The stream stays the way for all else, and for
what was handed to a worker that died. An empty message is a knock: it says that something waits on the stream.
"""

import logging
import select
import socket
from pathlib import Path
from typing import Final

from worker.contract import names
from worker.contract.lane import FRAME

logger = logging.getLogger(__name__)

READ_BYTES: Final = 1 << 18
SEND_TIMEOUT_S: Final = 5.0
"""A gateway that does not take its answers for so long is gone, or will ask again."""


class Caller:
    """One gateway process at the door. `gateway` is its id, known after its first batch."""

    __slots__ = ("connection", "gateway", "received")

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.received = b""
        self.gateway = ""


class Door:
    """Where gateways come in; for one thread."""

    def __init__(self, directory: Path, consumer: str) -> None:
        self._path = directory / names.door(consumer)
        self._callers: dict[int, Caller] = {}
        self._listener: socket.socket | None = None
        self._poll = select.epoll()

    def open(self) -> None:
        """Let gateways in. Where the socket cannot be made they go on asking by the stream."""
        clear_away(self._path.parent)
        # Under another name until somebody listens: else a worker that starts meanwhile takes it for a dead one's.
        unheard = self._path.with_suffix(".new")
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(unheard))
            unheard.chmod(0o660)
            listener.listen()
            unheard.rename(self._path)
        except OSError as error:
            logger.warning("Requests come by Redis alone: the socket %s cannot be made: %s", self._path, error)
            listener.close()
            return
        listener.settimeout(0)
        self._listener = listener
        self._poll.register(listener.fileno(), select.EPOLLIN)

    def close(self) -> None:
        """Let nobody in any more. Who is inside sees it, and asks another worker for what is not answered."""
        for caller in list(self._callers.values()):
            self._drop(caller)
        if self._listener is not None:
            self._listener.close()
            self._path.unlink(missing_ok=True)
        self._poll.close()

    @property
    def is_used(self) -> bool:
        """Whether a gateway is connected."""
        return bool(self._callers)

    def admit(self) -> None:
        """Let in who stands before the door."""
        while self._listener is not None:
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                return
            connection.settimeout(SEND_TIMEOUT_S)
            self._callers[connection.fileno()] = Caller(connection)
            self._poll.register(connection.fileno(), select.EPOLLIN)

    def wait(self, timeout_s: float) -> list[tuple[Caller, bytes]]:
        """Return the messages that came within this time, a knock among them as b""."""
        messages: list[tuple[Caller, bytes]] = []
        for descriptor, _ in self._poll.poll(timeout_s):
            caller = self._callers.get(descriptor)
            if caller is None:
                self.admit()
            else:
                messages.extend((caller, message) for message in self._receive(caller))
        return messages

    def reply(self, gateway: str, message: bytes) -> bool:
        """Send a message to a gateway; return whether it is connected and took it."""
        for caller in self._callers.values():
            if caller.gateway == gateway:
                try:
                    caller.connection.sendall(FRAME.pack(len(message)) + message)
                except OSError as error:
                    logger.warning("A gateway does not take its answers any more: %s", error)
                    self._drop(caller)
                    return False
                return True
        return False

    def _receive(self, caller: Caller) -> list[bytes]:
        try:
            data = caller.connection.recv(READ_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self._drop(caller)
            return []
        messages, caller.received = split(caller.received + data)
        return messages

    def _drop(self, caller: Caller) -> None:
        descriptor = caller.connection.fileno()
        self._poll.unregister(descriptor)
        del self._callers[descriptor]
        caller.connection.close()


def split(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole messages in a run of frames, and what is left of one that has not come to its end."""
    messages = []
    start = 0
    while len(data) - start >= FRAME.size:
        stop = start + FRAME.size + FRAME.unpack_from(data, start)[0]
        if stop > len(data):
            break
        messages.append(data[start + FRAME.size : stop])
        start = stop
    return messages, data[start:]


def clear_away(directory: Path) -> None:
    """Remove the doors of workers that were killed: nobody listens there."""
    for path in directory.glob(names.door("*")):
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(0)  # before the door of a worker that hangs one may stand for ever
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                continue  # somebody else's, or gone meanwhile
