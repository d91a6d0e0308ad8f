"""Pieces of a file, written as they arrive: in front of Django, which would read a body as a whole.

Whatever arrived before a connection broke is kept. The disk is written to in a thread, so that the loop stays free for
predictions.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils import timezone

from webapp.accounts.models import ApiKey
from webapp.gateway import browser
from webapp.uploading import tus
from webapp.uploading.errors import (
    ForgedError,
    NobodyError,
    OffsetWrongError,
    UploadBusyError,
    UploadStalledError,
    UploadTooLargeError,
)
from webapp.uploading.files import Writer
from webapp.uploading.models import Upload
from webapp.uploading.room import require_room, telling_of_a_full_disk
from webapp.uploading.under_way import find

IDLE_S: Final = 60.0
LOOK_S: Final = 0.5
"""So often a writer to whom nothing comes looks whether somebody newer came."""

LOCK_S: Final = 5.0
LOCK_AGAIN_S: Final = 0.05
WRITTEN_BYTES: Final = 1 << 20
LOOK_EVERY_BYTES: Final = 16 << 20

Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class CallerGoneError(Exception):
    """The connection broke: nobody is there to be answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """What a request says of the piece that it brings; no length where it comes in chunks."""

    offset_bytes: int
    length_bytes: int | None

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> Self:
        """Return it. Raise an UploadError if it is not said as the protocol wants it."""
        tus.require_version(headers)
        tus.require_piece_type(headers)
        is_chunked = "transfer-encoding" in headers
        return cls(
            offset_bytes=tus.size_in(headers, "upload-offset"),
            length_bytes=None if is_chunked else tus.size_in(headers, "content-length"),
        )


async def receive_piece(scope: Mapping[str, Any], upload_id: str, receive: Receive) -> dict[str, str]:
    """Append a piece to its file and return the headers of the answer.

    Raise an UploadError if it is not taken, CallerGoneError if the connection broke; what arrived is kept.
    """
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    owner_id = await _caller_id(scope, headers)
    upload = await sync_to_async(_found, thread_sensitive=False)(upload_id, owner_id)
    piece = Piece.read(headers)
    with telling_of_a_full_disk():
        async with _writing(upload.pk) as writer:
            offset_bytes = await asyncio.to_thread(lambda: writer.size_bytes)
            _judge(upload, piece, offset_bytes)
            await _pour(receive, writer, upload.size_bytes - offset_bytes)
            return tus.described(upload, writer.size_bytes)


def _judge(upload: Upload, piece: Piece, offset_bytes: int) -> None:
    if piece.offset_bytes != offset_bytes:
        raise OffsetWrongError(piece.offset_bytes, offset_bytes)
    length_bytes = piece.length_bytes or 0
    if offset_bytes + length_bytes > upload.size_bytes:
        raise UploadTooLargeError(offset_bytes + length_bytes, upload.size_bytes)
    require_room(length_bytes)


async def _caller_id(scope: Mapping[str, Any], headers: Mapping[str, str]) -> int:
    """Return the id of the user who sends a key, or has a session and sends its token."""
    authorization = headers.get("authorization")
    if authorization is not None:
        scheme, _, key = authorization.partition(" ")
        text = key.strip() if scheme.lower() == "bearer" else ""
        owner_id = await sync_to_async(_owner_id, thread_sensitive=False)(text)
    else:
        owner_id = await browser.user_of(dict(scope))
    if owner_id == browser.FORGED:
        raise ForgedError
    if owner_id == browser.NOBODY:
        raise NobodyError
    return owner_id


def _owner_id(text: str) -> int:
    try:
        key = ApiKey.objects.find(text)
        return key.user.pk if key else browser.NOBODY
    finally:
        close_old_connections()


def _found(upload_id: str, owner_id: int) -> Upload:
    try:
        now = timezone.now()
        upload = find(upload_id, owner_id, now)
        with telling_of_a_full_disk():
            upload.prolong(now)
        return upload
    finally:
        close_old_connections()


@asynccontextmanager
async def _writing(upload_id: str) -> AsyncIterator[Writer]:
    """Let nobody else write meanwhile. Raise UploadBusyError if an older request does not end in time."""
    writer = await asyncio.to_thread(Writer, upload_id)
    try:
        deadline_s = asyncio.get_running_loop().time() + LOCK_S
        while not await asyncio.to_thread(writer.is_alone):
            if asyncio.get_running_loop().time() > deadline_s:
                raise UploadBusyError
            await asyncio.sleep(LOCK_AGAIN_S)
        yield writer
    finally:
        writer.close()


async def _pour(receive: Receive, writer: Writer, most_bytes: int) -> None:
    """Write what arrives until the piece ends; not more than is missing of the file."""
    gathered = bytearray()
    poured_bytes = looked_at_bytes = 0
    try:
        async with aclosing(_chunks(receive, writer)) as chunks:
            async for chunk in chunks:
                gathered += chunk[: most_bytes - poured_bytes]
                poured_bytes += len(chunk)
                if poured_bytes > most_bytes:
                    raise UploadTooLargeError(poured_bytes, most_bytes)
                if not chunk or len(gathered) >= WRITTEN_BYTES:
                    await _write(writer, gathered)
                if poured_bytes - looked_at_bytes > LOOK_EVERY_BYTES:
                    require_room(0)
                    looked_at_bytes = poured_bytes
    finally:
        await _write(writer, gathered)


async def _write(writer: Writer, gathered: bytearray) -> None:
    content = bytes(gathered)
    gathered.clear()
    if content:
        await asyncio.to_thread(writer.write, content)


async def _chunks(receive: Receive, writer: Writer) -> AsyncGenerator[bytes]:
    """Yield what arrives, and nothing (an empty chunk) when nothing does: then what was gathered is to be written."""
    idle_s = 0.0
    waiting = asyncio.ensure_future(receive())
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=LOOK_S)
            if not done:
                idle_s += LOOK_S
                if idle_s >= IDLE_S:
                    raise UploadStalledError(IDLE_S)
                await asyncio.to_thread(writer.require_ours)
                yield b""
                continue
            message = waiting.result()
            if message["type"] == "http.disconnect":
                raise CallerGoneError
            idle_s = 0.0
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return
            waiting = asyncio.ensure_future(receive())
    finally:
        waiting.cancel()
