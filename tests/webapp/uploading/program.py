"""A program that speaks tus to the whole site by ASGI, as a server would hand it over."""

import asyncio
import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec

from webapp.accounts.models import ApiKey, User
from webapp.uploads import BoundedHandler

PIECE: Final = "application/offset+octet-stream"
UPLOADS: Final = "/api/v1/uploads"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An answer; status 0 for none."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        return str(msgspec.json.decode(self.body)["code"])


class Program:
    """Asks with these headers. `leaves`: the connection breaks where the body would end."""

    def __init__(self, **headers: str) -> None:
        self.headers = {"host": "localhost", "tus-resumable": "1.0.0", **headers}

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(authorization=f"Bearer {ApiKey.objects.create_key(user)[1]}")

    def begin(self, size_bytes: int, name: str = "rows.csv", **headers: str) -> Told:
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        said = {"upload-length": str(size_bytes), "upload-metadata": metadata, **headers}
        return self.ask("POST", UPLOADS, b"", leaves=False, **said)

    def begun(self, size_bytes: int, name: str = "rows.csv") -> str:
        return self.begin(size_bytes, name).headers["location"]

    def offset(self, path: str) -> int:
        return int(self.ask("HEAD", path).headers["upload-offset"])

    def send(self, path: str, offset: int, body: bytes, *, leaves: bool = False, **headers: str) -> Told:
        said = {"content-type": PIECE, "upload-offset": str(offset), "content-length": str(len(body)), **headers}
        return self.ask("PATCH", path, body, leaves=leaves, **said)

    def ask(self, method: str, path: str, body: bytes = b"", *, leaves: bool = False, **headers: str) -> Told:
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in _parts(body)]
        last: dict[str, Any] = {"type": "http.disconnect"} if leaves else {"type": "http.request", "body": b""}
        return asyncio.run(self.speak(method, path, [*messages, last], **headers))

    async def speak(self, method: str, path: str, messages: Iterable[Any], **headers: str) -> Told:
        """Ask with these messages; a callable among them is awaited, and what it returns is the message."""
        left = list(messages)
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            if not left and sent:
                return {"type": "http.disconnect"}
            if not left:
                await asyncio.sleep(60)
            each = left.pop(0)
            return dict(await each() if isinstance(each, Callable) else each)  # type: ignore[arg-type]  # a protocol

        async def send(message: Any) -> None:
            sent.append(message)

        raw = [(name.encode(), value.encode()) for name, value in {**self.headers, **headers}.items() if value]
        path, _, query = path.partition("?")
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "root_path": ""}
        rest = {"scheme": "http", "server": ("localhost", 80), "client": None, "headers": raw}
        await BoundedHandler()({**scope, **rest}, receive, send)
        if not sent:
            return Told(status=0, headers={}, body=b"")
        found = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        body = b"".join(each.get("body", b"") for each in sent)
        return Told(status=sent[0]["status"], headers=found, body=body)


def _parts(body: bytes) -> list[bytes]:
    return [body[start : start + 65536] for start in range(0, len(body), 65536)]
