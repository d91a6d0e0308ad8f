"""What a program gets that asks an address of the API by a method that it does not have: our error shape."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse

from webapp.api.errors import API_PREFIX, error_response
from worker.contract.errors import ErrorBody, ErrorCode

JSON: Final = "application/json"


class WrongMethodMiddleware:
    """Gives the 405 of the router, which is for people, the shape of every other error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, in the shape of the API where it is asked by a wrong method."""
        response = self._get_response(request)
        is_ours = response.headers.get("Content-Type", "").startswith(JSON)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or is_ours or not request.path.startswith(API_PREFIX):
            return response
        allowed = response.headers.get("Allow", "")
        body = ErrorBody(
            error=f"{request.path[:200]} is not asked by {request.method}.",
            code=ErrorCode.METHOD_NOT_ALLOWED,
            hint=f"Use {allowed}." if allowed else "GET /api/v1/openapi.json names the methods of every address.",
        )
        answer = error_response(body)
        if allowed:
            answer.headers["Allow"] = allowed
        return answer
