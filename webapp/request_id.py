"""The id by which a request is found again in every log that tells of it: the front's, the caller's, or made here."""

import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from secrets import token_hex
from typing import Final, Literal

from django.http import HttpRequest, HttpResponse

HEADER: Final = "X-Request-ID"
LENGTH_MAX: Final = 64
PATTERN: Final = re.compile(rb"[A-Za-z0-9._-]{1,%d}" % LENGTH_MAX)

_current: Final[ContextVar[str]] = ContextVar("request_id", default="")


def current() -> str:
    """Return the id of the request that is being answered; empty where none is."""
    return _current.get()


class RequestIdMiddleware:
    """Keeps the id at hand while a request is answered, and tells it to whoever asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the id noted."""
        given = request.headers.get(HEADER, "")
        request_id = given if PATTERN.fullmatch(given.encode()) else token_hex(8)
        token = _current.set(request_id)
        try:
            response = self._get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = request_id
        return response


class RequestIdFilter(logging.Filter):
    """Gives each line of a log the id of the request that it is about, where there is one."""

    def filter(self, record: logging.LogRecord) -> Literal[True]:
        """Let every record pass."""
        request_id = current()
        record.of_request = f" [{request_id}]" if request_id else ""
        return True
