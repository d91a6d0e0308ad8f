"""How large the body of a request may be, by who sends it and where it goes; judged before it is read."""

import re
from io import BytesIO
from typing import Final

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse

from webapp.accounts.models import ApiKey, User
from webapp.body_refusals import (
    FORBIDDEN,
    NAMELESS,
    NO_ROOM,
    NOT_FOUND,
    TOO_LARGE,
    TOO_LARGE_HERE,
    UNAUTHENTICATED,
    BodyRefusal,
    BodyRefusedError,
)
from webapp.endpoints.models import Endpoint
from webapp.gateway.application import Scope
from webapp.uploading.bodies import raw_name
from webapp.uploading.room import has_room

BODY_BYTES_MAX: Final = 4 << 20
"""What any address takes from anybody: more than the longest form needs."""

COPIES: Final = 2
"""The body of a form, and the files that are taken out of it, lie on the disk at the same time."""

PUBLICATIONS: Final = re.compile(r"/api/v1/models/[^/]+/versions|/models/(?:[^/]+/)?publish/")
RAW_JOBS: Final = re.compile(r"/api/v1/endpoints/([^/]+)/jobs")
JOBS: Final = re.compile(RAW_JOBS.pattern + r"|/endpoints/([^/]+)/(?:jobs|outcomes/files)/")
"""Where rows for a model come in as files, or what came true of them."""


async def bytes_allowed(scope: Scope) -> int:
    """Return how large the body of this request may be. Raise BodyRefusedError if it says that it is larger."""
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0" if b"transfer-encoding" not in headers else b"")
    size_bytes = int(length) if length.isdigit() else None
    if size_bytes is not None and size_bytes <= BODY_BYTES_MAX:
        return BODY_BYTES_MAX
    if scope["method"] != "POST" or not (PUBLICATIONS.fullmatch(scope["path"]) or JOBS.fullmatch(scope["path"])):
        if size_bytes is not None:
            raise too_large(BODY_BYTES_MAX)
        return BODY_BYTES_MAX
    refusal = await sync_to_async(_refusal, thread_sensitive=False)(scope)
    if refusal is not None:
        raise BodyRefusedError(refusal)
    if size_bytes is not None:
        if size_bytes > settings.UPLOAD_BYTES_MAX:
            raise too_large(settings.UPLOAD_BYTES_MAX)
        require_room(size_bytes if raw_name_of(scope) else COPIES * size_bytes)
    return int(settings.UPLOAD_BYTES_MAX)


def raw_name_of(scope: Scope) -> str | None:
    """Return the name of the file that the body itself is; None where it is something else."""
    if scope["method"] != "POST" or not RAW_JOBS.fullmatch(scope["path"]):
        return None
    return raw_name(_texts(scope), scope["query_string"].decode("latin-1"))


def _texts(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def too_large(bytes_max: int) -> BodyRefusedError:
    """Return the refusal of a body over this bound."""
    refusal = TOO_LARGE if bytes_max > BODY_BYTES_MAX else TOO_LARGE_HERE
    return BodyRefusedError(refusal, size_mib=bytes_max / 2**20)


def require_room(size_bytes: int) -> None:
    """Raise BodyRefusedError if the disk has no room for so many bytes more, with the reserve that others need."""
    if not has_room(size_bytes):
        raise BodyRefusedError(NO_ROOM)


def _refusal(scope: Scope) -> BodyRefusal | None:
    """Return why this caller sends no large body to this address, or None."""
    try:
        user = _caller(ASGIRequest(scope, BytesIO()))
        if user is None:
            return UNAUTHENTICATED
        jobs = JOBS.fullmatch(scope["path"])
        if jobs is None:
            return None if user.may_publish else FORBIDDEN
        if not Endpoint.objects.visible_to(user).filter(name=jobs[1] or jobs[2]).exists():
            return NOT_FOUND
        is_form = _texts(scope).get("content-type", "").lower().startswith("multipart/form-data")
        return None if is_form or raw_name_of(scope) else NAMELESS
    finally:
        close_old_connections()


def _caller(request: ASGIRequest) -> User | None:
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, text = authorization.partition(" ")
        key = ApiKey.objects.find(text.strip()) if scheme.lower() == "bearer" else None
        return key.user if key else None
    SessionMiddleware(_no_view).process_request(request)
    user = get_user(request)
    return user if isinstance(user, User) else None


def _no_view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()
