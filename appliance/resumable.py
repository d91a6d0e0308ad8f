"""Sends a file to a box by tus 1.0.0: after a broken connection it goes on from where the box says that it is."""

import base64
import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from appliance.errors import ApplianceError
from appliance.reaching import connection_to
from appliance.upload import CHUNK_BYTES, Progress

UPLOADS: Final = "/api/v1/uploads"
PIECE_TYPE: Final = "application/offset+octet-stream"
PIECE_BYTES: Final = 64 << 20
TIMEOUT_S: Final = 30.0

ATTEMPTS_MAX: Final = 10
"""So often in a row without a byte more is it tried; with the waits between, for about three minutes."""

WAIT_S: Final = 0.5
WAIT_S_MAX: Final = 30.0
PASSING: Final = frozenset({408, 409, 423, 429, 500, 502, 503, 504})
"""Statuses after which it is worth asking how much has arrived."""


Found = TypeVar("Found")


class BrokenError(Exception):
    """The connection broke, or the box said something that passes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def send(url: str, key: str, path: Path, on_progress: Progress) -> str:
    """Return the id of the upload once the whole file has arrived.

    Raise ApplianceError if the box refuses it, or does not answer for minutes.
    """
    size_bytes = _size_of(path)
    box = _Box(url=url.rstrip("/"), key=key)
    address = _patiently(lambda: box.begin(path.name, size_bytes), url)
    offset_bytes = broken = 0
    while offset_bytes < size_bytes:
        before_bytes = offset_bytes
        try:
            offset_bytes = box.send_piece(address, path, offset_bytes, size_bytes, on_progress=on_progress)
        except BrokenError as error:
            _wait(broken, url, error)
            offset_bytes = _patiently(lambda: box.offset(address), url)
        broken = 0 if offset_bytes > before_bytes else broken + 1
    on_progress(size_bytes, size_bytes)
    return address.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    url: str
    key: str

    def begin(self, name: str, size_bytes: int) -> str:
        """Return the path under which the pieces go."""
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        answer = self._ask("POST", UPLOADS, {"Upload-Length": str(size_bytes), "Upload-Metadata": metadata})
        return urlsplit(_said(answer, "Location")).path

    def offset(self, address: str) -> int:
        """Return how much has arrived."""
        return int(_said(self._ask("HEAD", address, {}), "Upload-Offset"))

    def send_piece(self, address: str, path: Path, offset_bytes: int, size_bytes: int, *, on_progress: Progress) -> int:
        """Return how much has arrived after the piece that begins here."""
        end_bytes = min(offset_bytes + PIECE_BYTES, size_bytes)
        headers = {
            "Content-Type": PIECE_TYPE,
            "Content-Length": str(end_bytes - offset_bytes),
            "Upload-Offset": str(offset_bytes),
        }

        def body() -> Iterator[bytes]:
            for sent_bytes, chunk in _chunks(path, offset_bytes, end_bytes):
                yield chunk
                on_progress(sent_bytes, size_bytes)

        return int(_said(self._ask("PATCH", address, headers, body()), "Upload-Offset"))

    def _ask(self, method: str, path: str, headers: dict[str, str], body: Iterator[bytes] | None = None) -> _Answer:
        address = urlsplit(self.url)
        connection = connection_to(self.url, TIMEOUT_S)
        ours = {"Authorization": f"Bearer {self.key}", "Tus-Resumable": "1.0.0", "Accept": "application/json"}
        try:
            # The box may refuse before it has read everything; its answer says why.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, address.path + path, body, {**ours, **headers})
            response = connection.getresponse()
            answer = _Answer(status=response.status, headers=dict(response.getheaders()), body=response.read())
        except (OSError, http.client.HTTPException) as error:
            raise BrokenError(str(error) or type(error).__name__) from error
        finally:
            connection.close()
        if answer.status in PASSING:
            said = f"it answers with status {answer.status}"
            raise BrokenError(said)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise _refusal(answer)
        return answer


def _size_of(path: Path) -> int:
    if not path.is_file():
        message = f"{path} is a directory." if path.is_dir() else f"There is no file {path}."
        raise ApplianceError(message, "name a file with the rows to be answered")
    return path.stat().st_size


def _chunks(path: Path, start_bytes: int, end_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield each chunk with the place in the file where it ends. Raise ApplianceError if the file became shorter."""
    with path.open("rb") as file:
        file.seek(start_bytes)
        while start_bytes < end_bytes:
            chunk = file.read(min(CHUNK_BYTES, end_bytes - start_bytes))
            if not chunk:
                message = f"{path} became shorter while it was sent."
                raise ApplianceError(message, "send it again when nothing writes to it any more")
            start_bytes += len(chunk)
            yield start_bytes, chunk


def _patiently(ask: Callable[[], Found], url: str) -> Found:
    broken = 0
    while True:
        try:
            return ask()
        except BrokenError as error:
            _wait(broken, url, error)
            broken += 1


def _wait(broken: int, url: str, error: BrokenError) -> None:
    """Wait, longer each time. Raise ApplianceError after the last."""
    if broken + 1 >= ATTEMPTS_MAX:
        message = f"The box at {url} does not take the file ({error}); it was tried {ATTEMPTS_MAX} times."
        raise ApplianceError(message, "check the address, and that the box runs; then send the file again") from error
    time.sleep(min(WAIT_S * 2**broken, WAIT_S_MAX))


def _said(answer: _Answer, name: str) -> str:
    found = {each.lower(): value for each, value in answer.headers.items()}.get(name.lower())
    if found is None:
        message = f"What answers with status {answer.status} is no box that takes resumable uploads."
        raise ApplianceError(message, "check the address; it begins with http:// or https://")
    return found


def _refusal(answer: _Answer) -> ApplianceError:
    try:
        told = json.loads(answer.body)
        return ApplianceError(str(told["error"]), str(told["hint"]))
    except (ValueError, KeyError, TypeError):  # an answer to HEAD has no body, and what is no box answers anything
        message = f"The box does not take the file: it answers with status {answer.status}."
        return ApplianceError(message, "check the address and the key; then send the file again")
