"""HTTPS to an ACME server: straight, or by the relay of the box where this process has no network."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import SplitResult, urlsplit

from appliance.errors import ApplianceError
from appliance.relaying import relayed
from appliance.tls.trusting import trusting

TIMEOUT_S: Final = 20.0
ANSWER_BYTES_MAX: Final = 2**20
"""A chain has a few kilobytes; whoever sends a film instead is not read to its end."""

PORT: Final = 443
EXAMPLE: Final = "https://ca.corp.example/acme/acme/directory"
AGENT: Final = "Bastide"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where one of the server's addresses leads."""

    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Return where an address leads. Raise for what is no address, or not of HTTPS."""
        try:
            parts = urlsplit(url)
            port = parts.port or PORT
        except ValueError:
            parts, port = SplitResult("", "", "", "", ""), PORT
        if parts.scheme != "https" or not parts.hostname or parts.username is not None or not _is_plain(url):
            message = f"{url!r} is not an address of an ACME server: these begin with https://."
            raise ApplianceError(message, f"give the address of its directory, such as {EXAMPLE}")
        query = f"?{parts.query}" if parts.query else ""
        return cls(host=parts.hostname, port=port, path=f"{parts.path or '/'}{query}")

    @property
    def text(self) -> str:
        """Host and port as they stand in an address, the usual port too."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How a server is reached. `roots` alone vouch for it, else the machine's; `reached` grows as it is asked."""

    roots: str | None = None
    relay: Path | None = None
    reached: set[str] = field(default_factory=set)

    def ask(self, method: str, url: str, body: bytes | None = None) -> Answer:
        """Return the answer to one request. Raise where there is none, or the server is not who it should be."""
        place = Place.of(url)
        connection = _Connection(place, trusting(self.roots), self.relay)
        headers = {"User-Agent": AGENT, "Connection": "close", "Accept-Language": "en"}
        if body is not None:
            headers["Content-Type"] = "application/jose+json"
        try:
            answer = _answer(connection, method, place, body, headers)
        except ssl.SSLCertVerificationError as error:
            raise self._not_trusted(place, error) from error
        except (OSError, http.client.HTTPException) as error:
            raise self._not_reached(place, error) from error
        finally:
            connection.close()
        self.reached.add(place.text)
        return answer

    def _not_trusted(self, place: Place, error: ssl.SSLCertVerificationError) -> ApplianceError:
        reason = error.verify_message.rstrip(".")
        if self.roots is None:
            message = f"The ACME server {place.text} is not one that this machine trusts: {reason}."
            return ApplianceError(message, "give its root with --root FILE, after you have compared the fingerprint")
        message = f"The ACME server {place.text} does not prove itself by the root that it is held against: {reason}."
        return ApplianceError(
            message, "give the right one with --root FILE; if it was right until now, ask who runs it"
        )

    def _not_reached(self, place: Place, error: OSError | http.client.HTTPException) -> ApplianceError:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        hint = f"see whether it is reached from this machine: curl -v https://{place.text}"
        if self.relay:
            # By hand it goes straight there, and what it reaches is told to the relay.
            hint = f"{hint}; then type: sudo bastide tls renew"
        return ApplianceError(f"The ACME server {place.text} cannot be asked: {reason.rstrip('.')}.", hint)


class _Connection(http.client.HTTPSConnection):
    def __init__(self, place: Place, trust: ssl.SSLContext, relay: Path | None) -> None:
        super().__init__(place.host, place.port, timeout=TIMEOUT_S, context=trust)
        self._place, self._trust, self._relay = place, trust, relay

    def connect(self) -> None:
        address = (self._place.host, self._place.port)
        plain = relayed(self._relay, self._place.text) if self._relay else socket.create_connection(address, TIMEOUT_S)
        try:
            self.sock = self._trust.wrap_socket(plain, server_hostname=self._place.host)
        except OSError:
            plain.close()
            raise


def _answer(
    connection: http.client.HTTPSConnection, method: str, place: Place, body: bytes | None, headers: Mapping[str, Any]
) -> Answer:
    connection.request(method, place.path, body, headers)
    with connection.getresponse() as response:
        content = response.read(ANSWER_BYTES_MAX + 1)
    if len(content) > ANSWER_BYTES_MAX:
        message = f"it sends more than {ANSWER_BYTES_MAX // 2**20} MiB"
        raise http.client.HTTPException(message)
    return Answer(status=response.status, headers=response.headers, body=content)


def _is_plain(url: str) -> bool:
    """Return whether nothing in the address could end the line of a request."""
    return url.isascii() and url.isprintable() and " " not in url
