"""What somebody gets who asked for what is not there, or when the site itself failed."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from webapp.api.errors import API_PREFIX, error_response
from worker.contract.errors import ErrorBody, ErrorCode


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
    """Answer 500 without asking the database for anything: it may be what failed."""
    if request.path.startswith(API_PREFIX):
        content = '{"error": "The box failed to answer; nothing was lost.", "code": "internal_error", "hint": "%s"}'
        hint = "Ask again; if it lasts, an admin finds the reason in logs/web.log."
        return HttpResponse(content % hint, status=HTTPStatus.INTERNAL_SERVER_ERROR, content_type="application/json")
    page = render_to_string("500.html", {"title": _("The box failed to answer")})
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)
