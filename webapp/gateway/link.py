"""A Redis connection for the hot path: hiredis on a unix socket in asyncio, no pool, no per-call objects.

redis-py costs 40 to 60 µs a call; the online path sends one command a batch and cannot afford it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import hiredis

from worker.contract.queue_login import queue_login

Argument = bytes | str | int
RedisAnswer = Any
"""What RESP can carry: bytes, int, None, or a list of these."""


class RedisLinkError(ConnectionError):
    """The connection to Redis is gone, or it does not answer; whoever waited for an answer gets this."""


class RedisRefusal(RedisLinkError):
    """Redis is there and does not do what it was asked: its disk or its memory is full, as a rule."""


class RedisLink(asyncio.Protocol):
    """One connection. Commands are pipelined: their answers come in the order in which they were sent.

    `on_push` receives what a subscription delivers; `on_lost` is called once when the connection ends.
    """

    def __init__(self, *, on_push: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        self._reader = hiredis.Reader()
        self._answers: deque[asyncio.Future[Any]] = deque()
        self._transport: asyncio.WriteTransport | None = None
        self._on_push = on_push
        self._on_lost = on_lost

    @classmethod
    async def connect(cls, path: Path, *, on_push: Callable[[bytes], None], on_lost: Callable[[], None]) -> "RedisLink":
        """Return a connected link. Raise `OSError` where nobody listens, or where Redis does not let this plane in."""
        loop = asyncio.get_running_loop()
        _, link = await loop.create_unix_connection(lambda: cls(on_push=on_push, on_lost=on_lost), str(path))
        login = queue_login()
        if login is not None:
            try:
                await link.ask(*login.command)
            except RedisLinkError:
                link.close()
                raise
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are, without saying so

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        """Tell everybody who waits, then whoever owns the link."""
        self._transport = None
        for answer in self._answers:
            if not answer.done():
                answer.set_exception(RedisLinkError("Redis closed the connection."))
        self._answers.clear()
        self._on_lost()

    def data_received(self, data: bytes) -> None:
        """Hand each complete answer to whoever asked, in order."""
        self._reader.feed(data)
        while (message := self._reader.gets()) is not False:
            if isinstance(message, list) and len(message) == 3 and message[0] == b"message":
                self._on_push(message[2])
                continue
            answer = self._answers.popleft() if self._answers else None
            if answer is None or answer.done():
                continue
            if isinstance(message, hiredis.ReplyError):
                answer.set_exception(RedisRefusal(str(message)))
            else:
                answer.set_result(message)

    def send(self, *arguments: Argument) -> None:
        """Send a command whose answer nobody needs. It is lost with a connection that is gone, or goes meanwhile."""
        if self._transport is not None:
            # Without an answer nobody is woken to read one.
            self._transport.write(_NO_ANSWER + _packed(arguments))

    def ask(self, *arguments: Argument) -> "asyncio.Future[RedisAnswer]":
        """Send a command and return the future of its answer. Raise `RedisLinkError` when the connection is gone."""
        if self._transport is None:
            msg = "Redis is not connected."
            raise RedisLinkError(msg)
        self._transport.write(_packed(arguments))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers.append(answer)
        return answer

    def close(self) -> None:
        """Close the connection; `on_lost` follows."""
        if self._transport is not None:
            self._transport.close()


def _packed(arguments: tuple[Argument, ...]) -> bytes:
    packed: bytes = hiredis.pack_command(arguments)  # type: ignore[arg-type]  # its stub names a 1-tuple
    return packed


_NO_ANSWER: Final = _packed(("CLIENT", "REPLY", "SKIP"))
"""Before a command: Redis answers neither."""
