"""Who asks at the moment, and from where.

The web process notes it for each request; elsewhere nobody asks, unless the code says for whom it acts.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest, HttpResponse

from webapp.accounts.models import User

_request: Final[ContextVar[HttpRequest | None]] = ContextVar("audited_request", default=None)
_checking: Final[ContextVar[bool]] = ContextVar("checking", default=False)
_acting: Final[ContextVar[User | None]] = ContextVar("acting_for", default=None)


class OriginMiddleware:
    """Keeps the request at hand while it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the request noted."""
        token = _request.set(request)
        try:
            return self._get_response(request)
        finally:
            _request.reset(token)


@contextmanager
def acting_for(user: User) -> Iterator[None]:
    """Name who wanted what happens in the block, where no request says so."""
    token = _acting.set(user)
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def own_check() -> Iterator[None]:
    """Say that what happens in the block is a check of the box's own. No page and no API does."""
    token = _checking.set(True)
    try:
        yield
    finally:
        _checking.reset(token)


def is_own_check() -> bool:
    """Return whether the box checks itself: never while somebody's request is answered."""
    return _checking.get() and _request.get() is None


def asking() -> User | None:
    """Return who asks; None outside of a request and before the log-in, where nobody is acted for."""
    user = _acting.get() or getattr(_request.get(), "user", None)
    return user if isinstance(user, User) else None


def address() -> str:
    """Return the network address that the request came from; empty for a command, a worker, or a Unix socket."""
    request = _request.get()
    return str(request.META.get("REMOTE_ADDR") or "") if request else ""
