"""What somebody gets who asked wrongly or for what is not there, or when the site itself failed."""

import shutil
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp import request_id
from webapp.api.errors import API_PREFIX, error_response
from worker.contract.errors import ErrorBody, ErrorCode

NAME_SHOWN_MAX: Final = 200
UNKNOWN_NAME: Final = gettext_noop("This box is not known as “%(name)s”.")
ASK_FOR_IT_AS: Final = gettext_noop("Ask for it as %(url)s.")
NOT_UNDERSTOOD: Final = gettext_noop("The box does not understand this request.")
FULL_BELOW_BYTES: Final = 4 << 20
"""With less than this neither the database nor Redis can be relied upon to write."""

ASK_ANEW: Final = gettext_noop("Go back and ask anew; nothing is lost.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 with the reason. The page has no request, whose host name may be the very thing that is wrong."""
    is_misnamed = isinstance(exception, DisallowedHost)
    names = {"name": request.META.get("HTTP_HOST", "")[:NAME_SHOWN_MAX], "url": settings.PUBLIC_URL}
    if request.path.startswith(API_PREFIX):
        sentence, hint = (UNKNOWN_NAME, ASK_FOR_IT_AS) if is_misnamed else (NOT_UNDERSTOOD, ASK_ANEW)
        body = ErrorBody(error=sentence % names, code=ErrorCode.INVALID_INPUT, hint=hint % names)
        return error_response(body)
    if is_misnamed:
        title, what = _(UNKNOWN_NAME) % names, _(ASK_FOR_IT_AS) % names
    else:
        title, what = _(NOT_UNDERSTOOD), _(ASK_ANEW)
    page = render_to_string("400.html", {"title": title, "what": what})
    return HttpResponse(page, status=HTTPStatus.BAD_REQUEST)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """Answer 404: a page for people, our error shape for programs. What is not yours looks as what is absent."""
    if request.path.startswith(API_PREFIX):
        body = ErrorBody(
            error=f"There is nothing at {request.path[:200]}.",
            code=ErrorCode.NOT_FOUND,
            hint="GET /api/v1/openapi.json describes every address of the API.",
        )
        return error_response(body)
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 507 where the disk is full, without asking the database for anything: it may be what failed."""
    if shutil.disk_usage(settings.DATA_DIR).free < FULL_BELOW_BYTES:
        return _disk_is_full(request)
    if request.path.startswith(API_PREFIX):
        content = '{"error": "The box failed to answer; nothing was lost.", "code": "internal_error", "hint": "%s"}'
        hint = f"Ask again; if it lasts, an admin finds the reason in the web log, at request {request_id.current()}."
        return HttpResponse(content % hint, status=HTTPStatus.INTERNAL_SERVER_ERROR, content_type="application/json")
    page = render_to_string("500.html", {"title": _("The box failed to answer"), "request_id": request_id.current()})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _disk_is_full(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        content = '{"error": "The disk of the box is full; nothing was kept.", "code": "disk_full", "hint": "%s"}'
        hint = "Ask again when an administrator has freed space."
        return HttpResponse(content % hint, status=HTTPStatus.INSUFFICIENT_STORAGE, content_type="application/json")
    page = render_to_string("500.html", {"title": _("The disk of the box is full"), "request_id": request_id.current()})
    return HttpResponse(page, status=HTTPStatus.INSUFFICIENT_STORAGE)
