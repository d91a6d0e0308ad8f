"""How a connection is read: uvicorn's protocol, with bounds, and with the direct way for the requests that are hot.

The application may offer `direct_request(url, headers)`. Where it returns one, and the body is there in the same read,
the request is asked and answered without an ASGI task; all else is uvicorn's.
"""

from asyncio import TimerHandle
from collections.abc import Callable
from typing import Any, Final, Protocol

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from webapp.gateway.answers import error_answer, reply_headers
from worker.contract.errors import ErrorCode

HEAD_BYTES_MAX: Final = 64 << 10
TOO_LARGE: Final = "The headers of the request are too large."
NO_HTTP: Final = "The request is not valid HTTP/1.1: its head, its length or its chunks cannot be read."
HINTS: Final = {
    TOO_LARGE: f"Send headers of less than {HEAD_BYTES_MAX:,} bytes.",
    NO_HTTP: "Send one Content-Length that fits the body, or Transfer-Encoding: chunked, never both.",
}


class DirectRequest(Protocol):
    """What an application offers for a request that it can answer without being called."""

    def ask(self, body: bytes, on_reply: Callable[[bytes, bytes], None]) -> None:
        """Ask with the whole body; the head, without its empty line, and the body of the answer come to `on_reply`."""


class _NoEvent:
    """Where uvicorn wakes the task of a request there is none."""

    def set(self) -> None: ...


class _DirectCycle:
    """Stands where uvicorn keeps the cycle of the request that is being answered."""

    __slots__ = ("asked", "chunks", "disconnected", "keep_alive", "response_complete")
    message_event = _NoEvent()

    def __init__(self, request: DirectRequest, *, keep_alive: bool) -> None:
        self.asked = request
        self.keep_alive = keep_alive
        self.chunks: list[bytes] = []
        self.disconnected = False
        self.response_complete = False


class BoundedHttpToolsProtocol(HttpToolsProtocol):
    """Ends a connection whose headers do not end: uvicorn would keep all of them, whoever sends them."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._head_bytes = 0
        self._direct_request: Callable[[bytes, list[tuple[bytes, bytes]]], DirectRequest | None] | None = getattr(
            self.app, "direct_request", None
        )
        self._gathering: _DirectCycle | None = None
        self._idle_since_s: float | None = None

    def data_received(self, data: bytes) -> None:
        """Read on, unless too much came that is neither whole headers nor a body."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._gathering is not None:
            self._leave_the_direct_way(self._gathering)
        if self._head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self.send_400_response(TOO_LARGE)

    def send_400_response(self, msg: str) -> None:
        """Refuse what no application can be asked, in the shape of every error, and end the connection."""
        told = msg if msg in HINTS else NO_HTTP
        answer = error_answer(ErrorCode.INVALID_INPUT, told, HINTS[told])
        headers = [*self.server_state.default_headers, *reply_headers(answer, b""), (b"connection", b"close")]
        lines = (b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"".join([STATUS_LINE[400], *lines, b"\r\n", answer.body]))
        self.transport.close()

    def on_message_begin(self) -> None:
        """Begin a request; what only ASGI needs is made when it is known to go there."""
        self.url = b""
        self.expect_100_continue = False
        self.headers = []

    def on_headers_complete(self) -> None:
        """Choose the way. The count begins anew: these headers came to an end."""
        self._head_bytes = 0
        request = self._choose()
        if request is None:
            self._go_the_long_way()
        else:
            self.cycle = self._gathering = _DirectCycle(request, keep_alive=self.parser.should_keep_alive())  # type: ignore[assignment]  # has what uvicorn reads of a cycle

    def on_body(self, body: bytes) -> None:
        """Begin to count anew: a body may be long, and the gateway bounds it."""
        self._head_bytes = 0
        if self._gathering is not None:
            self._gathering.chunks.append(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Ask with what was gathered."""
        cycle = self._gathering
        if cycle is None:
            super().on_message_complete()
            return
        self._gathering = None
        body = cycle.chunks[0] if len(cycle.chunks) == 1 else b"".join(cycle.chunks)
        cycle.asked.ask(body, lambda head, answer: self._reply(cycle, head, answer))

    def _choose(self) -> DirectRequest | None:
        if (
            self._direct_request is None
            or self.expect_100_continue
            or self.flow.write_paused
            or self._is_answering()
            or self.parser.get_method() != b"POST"
            or self.parser.get_http_version() != "1.1"
        ):
            return None
        return self._direct_request(self.url, self.headers)

    def _is_answering(self) -> bool:
        cycle: object | None = self.cycle  # None at first, whatever uvicorn's annotation says
        return cycle is not None and not self.cycle.response_complete

    def _go_the_long_way(self) -> None:
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers.extend(headers)
        super().on_headers_complete()

    def _leave_the_direct_way(self, cycle: _DirectCycle) -> None:
        """Hand over a request whose body did not come with its headers: somebody must wait for it, with a limit."""
        self._gathering = None
        self.cycle = None  # type: ignore[assignment]  # uvicorn's own beginning
        self._go_the_long_way()
        for chunk in cycle.chunks:
            super().on_body(chunk)

    def _reply(self, cycle: _DirectCycle, head: bytes, body: bytes) -> None:
        cycle.response_complete = True
        if cycle.disconnected or self.transport.is_closing():
            return
        parts = [head, *(b"%b: %b\r\n" % header for header in self.server_state.default_headers)]
        if not cycle.keep_alive:
            parts.append(b"connection: close\r\n")
        self.transport.write(b"".join([*parts, b"\r\n", body]))
        if not cycle.keep_alive:
            self.transport.close()
        self.on_response_complete()

    # One timer a connection that looks when it rings, not one a request that is made and canceled.

    def on_response_complete(self) -> None:
        """Go on with what was sent meanwhile, or begin to be idle."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since_s = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._ring_after(self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        self._idle_since_s = None

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it has been idle for long enough."""
        self.timeout_keep_alive_task = None
        if self._idle_since_s is None or self.transport.is_closing():
            return
        left_s = self._idle_since_s + self.timeout_keep_alive - self.loop.time()
        if left_s > 0:
            self._ring_after(left_s)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        super().connection_lost(exc)
        timer: TimerHandle | None = self.timeout_keep_alive_task
        if timer is not None:
            timer.cancel()
            self.timeout_keep_alive_task = None

    def _ring_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)
