"""The direct way: a request that needs no second look is asked without ASGI's task, events and messages.

It serves what is plainly right: a known key, a live endpoint, a body of known length. Whatever may have to be refused,
waited for or looked up goes the way of the application, which decides by the same table.
"""

import time
from collections.abc import Callable
from functools import lru_cache
from http import HTTPStatus

from webapp.gateway import metrics
from webapp.gateway.answers import Answer, fixed_headers
from webapp.gateway.question import Question
from webapp.gateway.routing import Route
from webapp.gateway.state import GatewayState

OnReply = Callable[[bytes, bytes], None]
"""Takes the status line with the headers, each ended by CRLF but without the empty line, and the body."""


class DirectRequest:
    """One request on the direct way. The caller gathers its body and asks once."""

    __slots__ = ("_caller", "_content_type", "_on_reply", "_question", "_request_id", "_route", "_started_s", "_state")

    def __init__(self, state: GatewayState, route: Route, content_type: bytes, request_id: str, caller: str) -> None:
        self._state = state
        self._route = route
        self._content_type = content_type.decode("latin-1")
        self._request_id = request_id
        self._caller = caller
        self._started_s = time.perf_counter()

    def ask(self, body: bytes, on_reply: OnReply) -> None:
        """Ask; `on_reply` is called once, at the deadline at the latest."""
        self._on_reply = on_reply
        self._question = Question(self._content_type, self._request_id, body, self._caller)
        self._state.lane.ask(self._route, self._question, self._reply)

    def _reply(self, answer: Answer) -> None:
        metrics.observe(self._route.endpoint, answer, time.perf_counter() - self._started_s)
        fixed = _fixed_head(answer.status, answer.content_type)
        named = b"%bx-request-id: %b\r\ncontent-length: %d\r\n" % (fixed, self._request_id.encode(), len(answer.body))
        self._on_reply(named, answer.body)
        if self._route.shadows and answer.status == 200:
            self._state.shadows.copy(self._route, self._question)


@lru_cache(maxsize=256)
def _fixed_head(status: int, content_type: str) -> bytes:
    lines = [b"HTTP/1.1 %d %b" % (status, HTTPStatus(status).phrase.encode())]
    for name, value in fixed_headers(status, content_type):
        assert b"\r" not in value and b"\n" not in value, "A worker cannot write headers of its own"  # noqa: PT018  # one claim
        lines.append(name + b": " + value)
    return b"\r\n".join(lines) + b"\r\n"
