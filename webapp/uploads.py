"""Bodies of requests on their way to Django: who may send a large one, how large, and whether the disk has room.

All of that is judged before the body is read. It is spooled on the data directory's disk, in a file without a name.
"""

import asyncio
import re
import shutil
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from io import SEEK_END, BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from webapp.accounts.models import ApiKey, User
from webapp.body_refusals import (
    FORBIDDEN,
    INCOMPLETE,
    NO_ROOM,
    TOO_LARGE,
    TOO_LARGE_HERE,
    UNAUTHENTICATED,
    BodyRefusedError,
    answer,
)
from webapp.gateway.application import Receive, Scope, Send
from webapp.registry import publishing

BODY_BYTES_MAX: Final = 4 << 20
"""What any address takes from anybody: more than the longest form needs."""

IDLE_S: Final = 60.0
LOOK_EVERY_BYTES: Final = 16 << 20
COPIES: Final = 2
"""The body, and the files that are taken out of it, lie on the disk at the same time."""

DRAIN_S: Final = 2.0
UPLOADS: Final = re.compile(r"/api/v1/models/[^/]+/versions|/models/(?:[^/]+/)?publish/")


class BoundedHandler(ASGIHandler):
    """Django's handler, which would take bodies of any size from anybody and put them onto the system's disk."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why its body is not taken."""
        body = Body(receive)
        try:
            body.bytes_max = await bytes_allowed(scope)
            await super().handle(scope, body, send)
        except BodyRefusedError as refused:
            await _refuse(scope, receive, send, refused)

    async def read_body(self, receive: Receive) -> "SpooledTemporaryFile[bytes]":
        """Return the whole body. Raise RequestAborted if the caller left, BodyRefusedError if it cannot be taken."""
        assert isinstance(receive, Body), "`handle` hands it over"
        spool = SpooledTemporaryFile(  # noqa: SIM115  # Django closes it
            max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=str(settings.FILE_UPLOAD_TEMP_DIR)
        )
        with ExitStack() as unless_whole:
            unless_whole.callback(_close, spool)
            try:
                await _fill(spool, receive)
                spool.seek(0)
            except OSError as error:
                if error.errno not in publishing.NO_ROOM:
                    raise
                raise BodyRefusedError(NO_ROOM) from error
            unless_whole.pop_all()
        return spool

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """Tell Django how long a body was that came in chunks: it takes none for empty."""
        headers = scope["headers"]
        if any(name == b"transfer-encoding" for name, _ in headers):
            length = str(body_file.seek(0, SEEK_END)).encode()
            body_file.seek(0)
            headers = [(name, value) for name, value in headers if name != b"content-length"]
            scope = {**scope, "headers": [*headers, (b"content-length", length)]}
        return super().create_request(scope, body_file)


class Body:
    """What a caller sends, with the number of bytes that are taken of it."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.bytes_max = BODY_BYTES_MAX

    async def __call__(self) -> Mapping[str, Any]:
        """Return the next message."""
        return await self._receive()


def _close(spool: "SpooledTemporaryFile[bytes]") -> None:
    with suppress(OSError):  # a full disk does not take what is left in the buffer; the file goes all the same
        spool.close()


async def _fill(spool: "SpooledTemporaryFile[bytes]", body: Body) -> None:
    size_bytes = looked_at_bytes = 0
    while True:
        try:
            message = await asyncio.wait_for(body(), IDLE_S)
        except TimeoutError:
            raise BodyRefusedError(INCOMPLETE, seconds=IDLE_S) from None
        if message["type"] == "http.disconnect":
            raise RequestAborted
        chunk = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes > body.bytes_max:
            raise too_large(body.bytes_max)
        if size_bytes - looked_at_bytes > LOOK_EVERY_BYTES:
            require_room(size_bytes)  # it needs as much again for its files
            looked_at_bytes = size_bytes
        if size_bytes > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            await asyncio.to_thread(spool.write, chunk)  # the disk may be slow, and others wait for this loop
        else:
            spool.write(chunk)
        if not message.get("more_body", False):
            return


async def bytes_allowed(scope: Scope) -> int:
    """Return how large the body of this request may be. Raise BodyRefusedError if it says that it is larger."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0" if b"transfer-encoding" not in headers else b"")
    size_bytes = int(length) if length.isdigit() else None
    if size_bytes is not None and size_bytes <= BODY_BYTES_MAX:
        return BODY_BYTES_MAX
    if scope["method"] != "POST" or not UPLOADS.fullmatch(scope["path"]):
        if size_bytes is not None:
            raise too_large(BODY_BYTES_MAX)
        return BODY_BYTES_MAX
    user = await sync_to_async(_caller, thread_sensitive=False)(scope)
    if user is None:
        raise BodyRefusedError(UNAUTHENTICATED)
    if not user.may_publish:
        raise BodyRefusedError(FORBIDDEN)
    if size_bytes is not None:
        if size_bytes > settings.UPLOAD_BYTES_MAX:
            raise too_large(settings.UPLOAD_BYTES_MAX)
        require_room(COPIES * size_bytes)
    return int(settings.UPLOAD_BYTES_MAX)


def too_large(bytes_max: int) -> BodyRefusedError:
    """Return the refusal of a body over this bound."""
    refusal = TOO_LARGE if bytes_max > BODY_BYTES_MAX else TOO_LARGE_HERE
    return BodyRefusedError(refusal, size_mib=bytes_max / 2**20)


def require_room(size_bytes: int) -> None:
    """Raise BodyRefusedError if the disk has no room for so many bytes more, with the reserve that others need."""
    if shutil.disk_usage(settings.DATA_DIR).free < size_bytes + settings.DISK_RESERVE_BYTES:
        raise BodyRefusedError(NO_ROOM)


def _caller(scope: Scope) -> User | None:
    request = ASGIRequest(scope, BytesIO())
    try:
        authorization = request.headers.get("Authorization")
        if authorization is not None:
            scheme, _, text = authorization.partition(" ")
            key = ApiKey.objects.find(text.strip()) if scheme.lower() == "bearer" else None
            return key.user if key else None
        SessionMiddleware(_no_view).process_request(request)
        user = get_user(request)
        return user if isinstance(user, User) else None
    finally:
        close_old_connections()


async def _refuse(scope: Scope, receive: Receive, send: Send, refused: BodyRefusedError) -> None:
    request = ASGIRequest(scope, BytesIO())
    status, headers, content = await sync_to_async(answer, thread_sensitive=False)(request, refused)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": True})
    await _drain(receive)
    await send({"type": "http.response.body", "body": b""})


async def _drain(receive: Receive) -> None:
    """Let a caller who is sending come to read the answer: a connection that is closed at once would take it away."""
    try:
        async with asyncio.timeout(DRAIN_S):
            while (message := await receive())["type"] == "http.request" and message.get("more_body", False):
                pass
    except TimeoutError:
        pass


def _no_view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()
