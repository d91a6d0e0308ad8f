"""What the gateway answers a caller with, its own errors among it."""

from typing import Final, NamedTuple

import msgspec

from worker.contract.errors import STATUS, ErrorBody, ErrorCode

JSON: Final = "application/json"
RETRY_AFTER_S: Final = 1
_RETRY_STATUSES: Final = frozenset({429, 503})
_encode = msgspec.json.Encoder().encode


class Answer(NamedTuple):
    """One answer: HTTP status, media type, body. `rows` is how many rows were predicted, 0 for an error."""

    status: int
    content_type: str
    body: bytes
    rows: int = 0

    @property
    def is_worth_retrying(self) -> bool:
        """Whether the caller should come again after `RETRY_AFTER_S`."""
        return self.status in _RETRY_STATUSES


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
