"""Bodies of requests on their way to Django, onto the data directory's disk.

A body is spooled in a file without a name; one that is itself a file gets a name, so that it can be moved. Pieces of
resumable uploads do not reach Django.
"""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from http import HTTPStatus
from io import SEEK_END, BytesIO
from pathlib import Path
from secrets import token_hex
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from webapp.api.errors import handle
from webapp.body_bounds import BODY_BYTES_MAX, bytes_allowed, raw_name_of, require_room, too_large
from webapp.body_refusals import (
    INCOMPLETE,
    NO_ROOM,
    BodyRefusedError,
    answer,
)
from webapp.gateway.application import Receive, Scope, Send
from webapp.registry import publishing
from webapp.uploading import tus
from webapp.uploading.bodies import BODY_NAME, BODY_PATH
from webapp.uploading.errors import UploadError
from webapp.uploading.receiving import CallerGoneError, receive_piece

IDLE_S: Final = 60.0
LOOK_EVERY_BYTES: Final = 16 << 20
DRAIN_S: Final = 2.0


class BoundedHandler(ASGIHandler):
    """Django's handler, which would take bodies of any size from anybody and put them onto the system's disk."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or say why its body is not taken."""
        if scope["path"].startswith(tus.PREFIX):
            send = tus.speaking(send)
            upload_id = tus.piece_id(scope)
            if upload_id is not None:
                await _append(upload_id, scope, receive, send)
                return
        body = Body(receive)
        try:
            body.raw_name = raw_name_of(scope)
            body.bytes_max = await bytes_allowed(scope)
            await super().handle(scope, body, send)
        except BodyRefusedError as refused:
            await _refuse(scope, receive, send, refused)
        finally:
            if body.path is not None:
                await asyncio.to_thread(body.path.unlink, missing_ok=True)  # nobody moved it

    async def read_body(self, receive: Receive) -> IO[bytes]:
        """Return the whole body. Raise RequestAborted if the caller left, BodyRefusedError if it cannot be taken."""
        assert isinstance(receive, Body), "`handle` hands it over"
        try:
            return await (_spooled(receive) if receive.raw_name is None else _written(receive, receive.raw_name))
        except OSError as error:
            if error.errno not in publishing.NO_ROOM:
                raise
            raise BodyRefusedError(NO_ROOM) from error

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """Tell Django how long a body was that came in chunks, which it takes for empty, and where a written one is."""
        headers = scope["headers"]
        if isinstance(body_file, WrittenBody) or any(name == b"transfer-encoding" for name, _ in headers):
            length = str(body_file.seek(0, SEEK_END)).encode()
            body_file.seek(0)
            headers = [(name, value) for name, value in headers if name != b"content-length"]
            scope = {**scope, "headers": [*headers, (b"content-length", length)]}
        made = super().create_request(scope, body_file)
        if made[0] is not None and isinstance(body_file, WrittenBody):
            made[0].META |= {BODY_PATH: str(body_file.path), BODY_NAME: body_file.file_name}
        return made


class WrittenBody(BytesIO):
    """What Django gets instead of a body that is a file on the disk: nothing, and where the file is."""

    def __init__(self, path: Path, file_name: str) -> None:
        super().__init__()
        self.path = path
        self.file_name = file_name


class Body:
    """What a caller sends, with the number of bytes that are taken of it; if it is a file, with its name and place."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.bytes_max = BODY_BYTES_MAX
        self.raw_name: str | None = None
        self.path: Path | None = None

    async def __call__(self) -> Mapping[str, Any]:
        """Return the next message."""
        return await self._receive()


async def _spooled(body: Body) -> IO[bytes]:
    spool = SpooledTemporaryFile(  # noqa: SIM115  # Django closes it
        max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=str(settings.FILE_UPLOAD_TEMP_DIR)
    )
    with ExitStack() as unless_whole:
        unless_whole.callback(_close, spool)
        await _fill(spool, body)
        spool.seek(0)
        unless_whole.pop_all()
    return spool


async def _written(body: Body, name: str) -> WrittenBody:
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / token_hex(16)
    with ExitStack() as always:
        body.path = path
        file = path.open("xb")
        always.callback(_close, file)
        await _fill(file, body)
        await asyncio.to_thread(file.flush)  # while a full disk can still be told
    return WrittenBody(path, name)


def _close(file: IO[bytes]) -> None:
    with suppress(OSError):  # a full disk does not take what is left in the buffer; the file goes all the same
        file.close()


async def _fill(spool: IO[bytes], body: Body) -> None:
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
            require_room(size_bytes if body.raw_name is None else 0)  # a form needs as much again for its files
            looked_at_bytes = size_bytes
        if size_bytes > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            await asyncio.to_thread(spool.write, chunk)  # the disk may be slow, and others wait for this loop
        else:
            spool.write(chunk)
        if not message.get("more_body", False):
            return


async def _append(upload_id: str, scope: Scope, receive: Receive, send: Send) -> None:
    try:
        told = await receive_piece(scope, upload_id, receive)
    except CallerGoneError:
        return
    except UploadError as error:
        refusal = handle(HttpRequest(), error)
        headers = [(name.lower().encode(), value.encode()) for name, value in refusal.items()]
        await _end(receive, send, refusal.status_code, [*headers, (b"connection", b"close")], refusal.content)
        return
    headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": HTTPStatus.NO_CONTENT, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(scope: Scope, receive: Receive, send: Send, refused: BodyRefusedError) -> None:
    request = ASGIRequest(scope, BytesIO())
    await _end(receive, send, *await sync_to_async(answer, thread_sensitive=False)(request, refused))


async def _end(receive: Receive, send: Send, status: int, headers: list[tuple[bytes, bytes]], content: bytes) -> None:
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
