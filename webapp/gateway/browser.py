"""Who asks from a browser: a logged-in session plus the CSRF token, judged by Django's own middleware."""

from io import BytesIO
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

NOBODY: Final = 0
"""No user has this id."""

FORGED: Final = -1
"""A session without its CSRF token: the request may come from another site."""


async def user_of(scope: dict[str, Any]) -> int:
    """Return the id of the user whose session the request carries, or `NOBODY`, or `FORGED`."""
    if not any(name == b"cookie" for name, _ in scope["headers"]):
        return NOBODY
    return await sync_to_async(_user_of, thread_sensitive=False)(scope)


def _user_of(scope: dict[str, Any]) -> int:
    # The body stays out and its type with it, lest Django look there for a form: the token comes in a header.
    headers = [(name, value) for name, value in scope["headers"] if name != b"content-type"]
    request = ASGIRequest({**scope, "headers": headers}, BytesIO())
    try:
        SessionMiddleware(_no_view).process_request(request)
        user = get_user(request)
        if not user.is_authenticated:
            return NOBODY
        csrf = CsrfViewMiddleware(_no_view)
        csrf.process_request(request)
        refusal = csrf.process_view(request, _no_view, (), {})
        return user.pk if refusal is None else FORGED
    finally:
        close_old_connections()


def _no_view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()
