"""The ASGI application in front of Django: inference URLs are answered here, everything else goes through.

Only `POST /api/v1/endpoints/{endpoint}/predict` is hot. Nothing on its way parses a body, asks the database or enters
Django's middleware.
"""

import asyncio
import gc
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from webapp.gateway import browser, metrics
from webapp.gateway.answers import Answer, error_answer, reply_headers
from webapp.gateway.direct import DirectRequest
from webapp.gateway.health import HEALTH_PATHS, answer_health
from webapp.gateway.lane import LaneClient
from webapp.gateway.question import Question
from webapp.gateway.routing import Route
from webapp.gateway.state import GatewayState
from webapp.request_id import PATTERN
from worker.contract.errors import ErrorCode

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX: Final = "/api/v1/endpoints/"
SUFFIX: Final = "/predict"
_PREFIX: Final = PREFIX.encode()
_SUFFIX: Final = SUFFIX.encode()
BODY_TIMEOUT_S: Final = 10.0
STICKY: Final = b"x-sticky-key"
"""Names whom a request is about: the same person always meets the same version. Without it, the caller's key does."""

logger = logging.getLogger(__name__)


class RefusedError(Exception):
    """The gateway answers without asking a worker."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body)
        self.answer = answer


class ClientGoneError(Exception):
    """The caller left before its body was complete: nobody is there to be answered."""


class Gateway:
    """`django` gets whatever is no inference URL; `socket` is Redis, and in `doors` lie those of the workers."""

    def __init__(self, django: Application, socket: Path, doors: Path) -> None:
        self._django = django
        self._socket = socket
        self._doors = doors
        self._state: GatewayState | None = None
        self._numbers = itertools.count()
        self._process = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            await self._django(scope, receive, send)
            return
        path: str = scope["path"]
        # By its length, too: an endpoint may be called "predict", and its description is Django's.
        if path.startswith(PREFIX) and path.endswith(SUFFIX) and len(path) > len(PREFIX) + len(SUFFIX):
            await self._predict(path[len(PREFIX) : -len(SUFFIX)], scope, receive, send)
        elif path in HEALTH_PATHS:
            await _reply(send, await answer_health(path, self._running()), b"")
        else:
            await self._django(scope, receive, send)

    def direct_request(self, url: bytes, headers: list[tuple[bytes, bytes]]) -> DirectRequest | None:
        """Return how to ask a POST request directly, or None: then it comes by ASGI, and is refused there if need be.

        `url` is the request's target; `headers` have small names.
        """
        if not (url.startswith(_PREFIX) and url.endswith(_SUFFIX)) or self._state is None:
            return None
        wanted = _wanted(headers)
        endpoint = url[len(_PREFIX) : -len(_SUFFIX)].decode("latin-1")
        route = self._state.table.routes.get(endpoint)
        length = wanted.get(b"content-length", b"")
        key = _bearer(wanted.get(b"authorization", b""))
        if (
            route is None
            or b"upgrade" in wanted
            or not length.isdigit()
            or not 0 < int(length) <= route.body_bytes_max
            or endpoint not in (self._state.endpoints_for(key) or ())
        ):
            return None
        content_type = wanted.get(b"content-type", b"")
        taken = route.for_caller(wanted.get(STICKY, key)) if route.challenger else route
        return DirectRequest(self._state, taken, content_type, self._request_id(wanted), self._state.caller_of(key))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                # Here, not above: this process was forked from one that had imported the application already.
                self._process = token_hex(6)
                self._state = GatewayState(LaneClient(self._socket, self._doors))
                await self._state.start()
                _spare_the_collector()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._running().stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _running(self) -> GatewayState:
        assert self._state is not None, "The server starts the application's lifespan before it sends requests"
        return self._state

    async def _predict(self, endpoint: str, scope: Scope, receive: Receive, send: Send) -> None:
        started_s = time.perf_counter()
        headers = _wanted(scope["headers"])
        request_id = self._request_id(headers)
        try:
            route, body, caller = await self._admit(endpoint, scope, headers, receive)
            question = Question(headers.get(b"content-type", b"").decode("latin-1"), request_id, body, caller)
            answer = await self._running().lane.submit(route, question)
            if answer.status == 200:
                self._running().shadows.copy(route, question)
        except RefusedError as refused:
            answer = refused.answer
        except ClientGoneError:
            return
        known = endpoint if endpoint in self._running().table.routes else metrics.UNKNOWN
        metrics.observe(known, answer, time.perf_counter() - started_s)
        await _reply(send, answer, request_id.encode())

    async def _admit(
        self, endpoint: str, scope: Scope, headers: dict[bytes, bytes], receive: Receive
    ) -> tuple[Route, bytes, str]:
        """Return the route, the whole body and the caller of a request. Raise `RefusedError` if it may not be asked."""
        if scope["method"] != "POST":
            raise RefusedError(
                error_answer(
                    ErrorCode.METHOD_NOT_ALLOWED, f"Predictions are asked by POST, not {scope['method']}.", "Use POST."
                )
            )
        state = self._running()
        caller = await _caller(scope, headers)
        allowed = state.endpoints_for(caller)
        if allowed is None or endpoint not in allowed or endpoint not in state.table.routes:
            # The key or the endpoint may be newer than this process's table: look before refusing.
            await state.refresh()
            allowed = state.endpoints_for(caller)
        if allowed is None:
            raise RefusedError(UNAUTHENTICATED)
        table = state.table
        route = table.routes.get(endpoint) if endpoint in allowed else None
        if route is None:
            waiting = endpoint in allowed and endpoint in table.waiting
            raise RefusedError(_nothing_deployed(endpoint) if waiting else _not_found(endpoint))
        body = await _read_body(receive, headers, route.body_bytes_max)
        if not body and b"upgrade" in headers:
            raise RefusedError(UPGRADING)
        known = caller if isinstance(caller, bytes) else b"user:%d" % caller
        return route.for_caller(headers.get(STICKY, known)), body, state.caller_of(caller)

    def _request_id(self, headers: dict[bytes, bytes]) -> str:
        given = headers.get(b"x-request-id")
        if given is not None and PATTERN.fullmatch(given):
            return given.decode()
        return f"{self._process}-{next(self._numbers):x}"


def _spare_the_collector() -> None:
    """Let the garbage collector look at requests, seldom, and never again at all that was loaded before them.

    Django and the URLs are some 200,000 objects that stay; a request makes dozens and frees them by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


UNAUTHENTICATED: Final = error_answer(
    ErrorCode.UNAUTHENTICATED,
    "This request carries no API key that is known here.",
    "Send the header 'Authorization: Bearer KEY'; keys are made on the page 'API keys'.",
)
FORGED: Final = error_answer(
    ErrorCode.FORBIDDEN,
    "This request carries a session but not its CSRF token.",
    "Send the token of the cookie 'csrftoken' in the header X-CSRFToken, or use an API key.",
)
INCOMPLETE: Final = error_answer(
    ErrorCode.BODY_INCOMPLETE,
    f"The body was not complete after {BODY_TIMEOUT_S:.0f} seconds.",
    "Send the whole body at once, with a Content-Length that fits it.",
)
UPGRADING: Final = error_answer(
    ErrorCode.INVALID_INPUT,
    "The request asks to leave HTTP/1.1 with an Upgrade header, and its body is lost with that.",
    "Let the program speak HTTP/1.1: in Java, HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).",
)
_WANTED: Final = frozenset({b"authorization", b"content-type", b"content-length", b"x-request-id", b"upgrade", STICKY})


def _wanted(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    return {name: value for name, value in headers if name in _WANTED}


async def _caller(scope: Scope, headers: dict[bytes, bytes]) -> bytes | int:
    """Return the API key or the user id of a request. Raise `RefusedError` for a session without its token."""
    authorization = headers.get(b"authorization")
    if authorization is not None:
        return _bearer(authorization)
    user = await browser.user_of(scope)
    if user == browser.FORGED:
        raise RefusedError(FORGED)
    return user


def _bearer(authorization: bytes) -> bytes:
    scheme, _, key = authorization.partition(b" ")
    return key.strip() if scheme.lower() == b"bearer" else b""


def _not_found(endpoint: str) -> Answer:
    return error_answer(
        ErrorCode.NOT_FOUND,
        f"There is no endpoint {endpoint[:100]!r} that you may use.",
        "GET /api/v1/endpoints lists yours.",
    )


def _nothing_deployed(endpoint: str) -> Answer:
    return error_answer(
        ErrorCode.MODEL_NOT_READY,
        f"The endpoint {endpoint!r} has no version deployed.",
        "A publisher deploys a version behind it.",
    )


async def _read_body(receive: Receive, headers: dict[bytes, bytes], bytes_max: int) -> bytes:
    """Return the body. Raise `RefusedError` when it is too large or stalls, `ClientGoneError` when the caller left."""
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > bytes_max:
        raise RefusedError(_too_large(bytes_max))
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return await _read_chunks(receive, bytes_max)
    except TimeoutError:
        raise RefusedError(INCOMPLETE) from None


async def _read_chunks(receive: Receive, bytes_max: int) -> bytes:
    chunks = []
    size_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        chunk = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes > bytes_max:
            raise RefusedError(_too_large(bytes_max))
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunk


def _too_large(bytes_max: int) -> Answer:
    return error_answer(
        ErrorCode.BODY_TOO_LARGE,
        f"The body is larger than the {bytes_max:,} bytes that this endpoint takes.",
        "Send fewer rows at a time.",
    )


async def _reply(send: Send, answer: Answer, request_id: bytes) -> None:
    headers = reply_headers(answer, request_id)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
