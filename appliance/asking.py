"""Asks a box by its API, through its restarts: what does not answer is asked again, after longer and longer pauses."""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from appliance.errors import ApplianceError
from appliance.reaching import connection_to
from appliance.upload import Site

TIMEOUT_S: Final = 30.0
PASSING: Final = frozenset({500, 502, 503, 504, 507})
"""Statuses of a box that starts, ends, or has no room at the moment."""

FORM: Final = "application/x-www-form-urlencoded"

Found = TypeVar("Found")


class NoAnswer(ApplianceError):
    """Nobody answers, or not what a box that is well would say."""


class Refused(ApplianceError):
    """The box says no."""

    def __init__(self, status: int, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.status = status


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long is waited for a box that does not answer, and how long between two tries."""

    first_s: float = 0.5
    most_s: float = 15.0
    whole_s: float = 900.0

    def pauses(self) -> Iterator[float]:
        """Yield pauses until the whole time is over."""
        ends_s, pause_s = time.monotonic() + self.whole_s, self.first_s
        while time.monotonic() < ends_s:
            yield pause_s
            pause_s = min(pause_s * 2, self.most_s)


def ask(site: Site, method: str, path: str, form: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401  # what the JSON holds
    """Return what the box answers. Raise NoAnswer, Refused."""
    body = None if form is None else urlencode(form).encode()
    headers = {} if form is None else {"Content-Type": FORM}
    with opened(site, method, path, headers, body) as response:
        content = response.read()
    try:
        return json.loads(content)
    except ValueError:
        message = f"What answers at {site.url} is no box."
        raise ApplianceError(message, "check the address; it begins with http:// or https://") from None


@contextmanager
def opened(
    site: Site, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
) -> Iterator[http.client.HTTPResponse]:
    """Give an answer that is to be read. Raise NoAnswer, also while it is read, and Refused."""
    address = urlsplit(site.url)
    connection = connection_to(site.url, TIMEOUT_S)
    said = {"Authorization": f"Bearer {site.key}", "Accept": "application/json", "Accept-Language": "en"}
    try:
        connection.request(method, address.path.rstrip("/") + path, body, {**said, **headers})
        response = connection.getresponse()
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(site, response.status, response.read())
        yield response
    except (OSError, http.client.HTTPException) as error:
        message = f"The box at {site.url} does not answer ({str(error) or type(error).__name__})."
        raise NoAnswer(message, "check the address, and that the box runs") from error
    finally:
        connection.close()


def patiently(do: Callable[[], Found], patience: Patience) -> Found:
    """Return what comes of it once the box answers. Raise the last NoAnswer when that takes too long."""
    for pause_s in patience.pauses():
        try:
            return do()
        except NoAnswer:
            time.sleep(pause_s)
    return do()


def _refusal(site: Site, status: int, content: bytes) -> ApplianceError:
    try:
        told = json.loads(content)
        message, hint = str(told["error"]), str(told.get("hint", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        message, hint = f"What answers at {site.url} says {status}.", "check the address, and that the box runs"
    if status in PASSING:
        return NoAnswer(message, hint)
    return Refused(status, message, hint)
