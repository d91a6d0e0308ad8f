"""What the gateway answers a caller with, its own errors among it."""

from http import HTTPStatus
from typing import Final, NamedTuple

import msgspec

from worker.contract.errors import STATUS, ErrorBody, ErrorCode

JSON: Final = "application/json"
RETRY_AFTER_S: Final = 1
_RETRY_STATUSES: Final = frozenset({429, 503})
_encode = msgspec.json.Encoder().encode


class Answer(NamedTuple):
    """One answer: HTTP status, media type, body. `rows` is how many rows were predicted, 0 for an error.

    `waited_s` is how long an answered request waited until a worker began with it.
    """

    status: int
    content_type: str
    body: bytes
    rows: int = 0
    waited_s: float = 0.0


def reply_headers(answer: Answer, request_id: bytes) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer; `request_id` is empty for what was no inference."""
    headers = fixed_headers(answer.status, answer.content_type)
    headers.append((b"content-length", b"%d" % len(answer.body)))
    if request_id:
        headers.append((b"x-request-id", request_id))
    return headers


def fixed_headers(status: int, content_type: str) -> list[tuple[bytes, bytes]]:
    """Return the headers that all answers of this status and media type have."""
    headers = [
        (b"content-type", content_type.encode("latin-1")),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if status in _RETRY_STATUSES:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_S))
    elif status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    elif status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST"))
    return headers


def error_answer(code: ErrorCode, message: str, hint: str = "") -> Answer:
    """Return the answer for an error that the gateway itself found."""
    return Answer(STATUS[code], JSON, _encode(ErrorBody(error=message, code=code, hint=hint)))


NOT_READY: Final = error_answer(
    ErrorCode.MODEL_NOT_READY,
    "No inference worker answers at the moment.",
    "Ask again in a second; if this lasts, an admin looks at the box page.",
)
QUEUE_FULL: Final = error_answer(
    ErrorCode.QUEUE_FULL,
    "The box has as many requests waiting as it accepts.",
    "Ask again after the time in the Retry-After header.",
)
TIMED_OUT: Final = error_answer(
    ErrorCode.PREDICTION_TIMEOUT,
    "The model did not answer within the deadline of the request.",
    "Send fewer rows at a time.",
)
