"""The words of tus 1.0.0, a protocol for resumable uploads: its addresses and its headers.

What is spoken here: core, creation, expiration, termination. https://tus.io/protocols/resumable-upload
"""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from django.utils.http import http_date

from webapp.uploading.errors import ContentTypeWrongError, HeaderWrongError, ProtocolWrongError
from webapp.uploading.models import Upload
from webapp.uploading.names import NAMELESS, cleaned_name

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,expiration,termination"
PREFIX: Final = "/api/v1/uploads"
PIECE_TYPE: Final = "application/offset+octet-stream"
PIECES: Final = re.compile(PREFIX + r"/([0-9a-f]{32})")
SIZE: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
METHOD: Final = b"x-http-method-override"

Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def require_version(headers: Mapping[str, str]) -> None:
    """Raise ProtocolWrongError unless the caller says that it speaks our version."""
    if headers.get("tus-resumable") != VERSION:
        raise ProtocolWrongError(VERSION)


def require_piece_type(headers: Mapping[str, str]) -> None:
    """Raise ContentTypeWrongError unless the body is said to be a piece of a file."""
    if headers.get("content-type", "").strip().lower() != PIECE_TYPE:
        raise ContentTypeWrongError(PIECE_TYPE)


def size_in(headers: Mapping[str, str], name: str) -> int:
    """Return the number of bytes that a header names. Raise HeaderWrongError without one."""
    text = headers.get(name)
    if text is None or not SIZE.fullmatch(text):
        problem = "is missing" if text is None else "must be a number of bytes"
        raise HeaderWrongError(name, problem)
    return int(text)


def name_in(headers: Mapping[str, str]) -> str:
    """Return the name of the file in Upload-Metadata. Raise HeaderWrongError if that cannot be read."""
    name = NAMELESS
    for pair in filter(None, (part.strip() for part in headers.get("upload-metadata", "").split(","))):
        key, _, value = pair.partition(" ")
        try:
            content = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise HeaderWrongError("upload-metadata", f"has a value for '{key[:50]}' that is not Base64") from None
        if key == "filename":
            name = cleaned_name(content)
    return name


def described(upload: Upload, offset_bytes: int) -> dict[str, str]:
    """Return the headers that tell how far an upload is."""
    return {
        "Upload-Offset": str(offset_bytes),
        "Upload-Length": str(upload.size_bytes),
        "Upload-Metadata": "filename " + base64.b64encode(upload.name.encode()).decode(),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
    }


def piece_id(scope: Mapping[str, Any]) -> str | None:
    """Return the id of the upload of which a request brings a piece; None for every other request.

    Where a program or a proxy knows no PATCH, it is said in a header of a POST.
    """
    methods = [scope["method"], *(value.decode("latin-1") for name, value in scope["headers"] if name == METHOD)]
    if methods[-1].upper() != "PATCH" or scope["method"] not in {"PATCH", "POST"}:
        return None
    found = PIECES.fullmatch(scope["path"])
    return found[1] if found else None


def speaking(send: Send) -> Send:
    """Return `send` with the headers that every answer of the protocol has."""

    async def spoken(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() != b"cache-control"]
            ours = [(b"tus-resumable", VERSION.encode()), (b"tus-version", VERSION.encode())]
            message = {**message, "headers": [*kept, *ours, (b"cache-control", b"no-store")]}
        await send(message)

    return spoken
