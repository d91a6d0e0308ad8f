"""Error codes and the one shape in which an error travels to whoever asked."""

from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

import msgspec


class ErrorCode(StrEnum):
    """Every code that an inference request can be answered with."""

    INVALID_INPUT = "invalid_input"
    NOT_JSON = "not_json"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    TOO_MANY_ROWS = "too_many_rows"
    BODY_TOO_LARGE = "body_too_large"
    BODY_INCOMPLETE = "body_incomplete"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    MODEL_ERROR = "model_error"
    MODEL_CRASHED = "model_crashed"
    MODEL_NOT_READY = "model_not_ready"
    QUEUE_FULL = "queue_full"
    PREDICTION_TIMEOUT = "prediction_timeout"


STATUS: Final[dict[ErrorCode, HTTPStatus]] = {
    ErrorCode.INVALID_INPUT: HTTPStatus.BAD_REQUEST,
    ErrorCode.NOT_JSON: HTTPStatus.BAD_REQUEST,
    ErrorCode.BODY_INCOMPLETE: HTTPStatus.REQUEST_TIMEOUT,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.TOO_MANY_ROWS: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ErrorCode.MODEL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorCode.MODEL_CRASHED: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorCode.MODEL_NOT_READY: HTTPStatus.SERVICE_UNAVAILABLE,
    ErrorCode.QUEUE_FULL: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorCode.PREDICTION_TIMEOUT: HTTPStatus.GATEWAY_TIMEOUT,
}


class ProblemCode(StrEnum):
    """What can be wrong with one value of one row."""

    MISSING = "missing"
    UNKNOWN_FEATURE = "unknown_feature"
    WRONG_TYPE = "wrong_type"
    NOT_FINITE = "not_finite"
    DOES_NOT_FIT = "does_not_fit"
    UNKNOWN_CATEGORY = "unknown_category"
    WRONG_LENGTH = "wrong_length"
    DUPLICATE_FEATURE = "duplicate_feature"


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One problem in one row. `message` is the English sentence; `code` and `facts` let a page say it otherwise.

    Rows count from 1, as people count. `feature` is None when the row as a whole is wrong.
    """

    row: int
    feature: str | None
    code: ProblemCode
    message: str
    facts: dict[str, Any] = {}


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every error answer."""

    error: str
    code: ErrorCode
    hint: str = ""
    rows: tuple[RowProblem, ...] = ()
