"""Sends models to a box by HTTP, as any program would: a multipart body that is never whole in memory."""

import http.client
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from appliance.errors import ApplianceError
from appliance.reaching import connection_to

CHUNK_BYTES: Final = 256 << 10
TIMEOUT_S: Final = 120.0

Progress = Callable[[int, int], None]
"""Called with the bytes that are sent and those that there are."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A box elsewhere, and the key that opens it."""

    url: str
    key: str

    def get(self, path: str) -> Any:  # noqa: ANN401  # what the JSON holds
        """Return what stands at an address of the API."""
        return self._ask("GET", path, {}, b"")

    def publish(
        self, model: str, fields: Sequence[tuple[str, str]], files: dict[str, Path], progress: Progress
    ) -> dict[str, Any]:
        """Return what the box says of a model that is handed in."""
        boundary = secrets.token_hex(16)
        parts = [_text(boundary, name, value) for name, value in fields]
        heads = {name: _head(boundary, name, path.name) for name, path in files.items()}
        end = f"--{boundary}--\r\n".encode()
        total = sum(map(len, [*parts, *heads.values(), end]))
        total += sum(path.stat().st_size + 2 for path in files.values())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}", "Content-Length": str(total)}

        def body() -> Iterator[bytes]:
            sent = 0
            for chunk in _chunks(parts, heads, files, end):
                yield chunk
                sent += len(chunk)
                progress(sent, total)

        answer: dict[str, Any] = self._ask("POST", f"/api/v1/models/{quote(model, safe='')}/versions", headers, body())
        return answer

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes | Iterator[bytes]) -> Any:  # noqa: ANN401  # as above
        address = urlsplit(self.url)
        connection = connection_to(self.url, TIMEOUT_S)
        headers = {**headers, "Authorization": f"Bearer {self.key}", "Accept": "application/json"}
        try:
            # The box may refuse before it has read everything; its answer says why.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, address.path.rstrip("/") + path, body or None, headers)
            response = connection.getresponse()
            return _read(response.status, response.read())
        except (OSError, http.client.HTTPException) as error:
            message = f"The box at {self.url} does not answer ({str(error) or type(error).__name__})."
            raise ApplianceError(message, "check the address, and that the box runs; nothing is published") from error
        finally:
            connection.close()


def _read(status: int, content: bytes) -> Any:  # noqa: ANN401  # what the JSON holds
    try:
        answer = json.loads(content)
    except ValueError:
        message = f"What answers with status {status} is no box."
        raise ApplianceError(message, "check the address; it begins with http:// or https://") from None
    if status >= HTTPStatus.BAD_REQUEST:
        raise ApplianceError(str(answer.get("error", status)), str(answer.get("hint", "")))
    return answer


def _chunks(parts: Sequence[bytes], heads: dict[str, bytes], files: dict[str, Path], end: bytes) -> Iterator[bytes]:
    yield b"".join(parts)
    for name, path in files.items():
        yield heads[name]
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
        yield b"\r\n"
    yield end


def _text(boundary: str, name: str, value: str) -> bytes:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _head(boundary: str, name: str, filename: str) -> bytes:
    plain = quote(filename, safe=" ()[]{}+=,;@~")  # a quotation mark would end the name
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="{plain}"'
    return f"--{boundary}\r\n{disposition}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
