"""The one shape of an error answer, and the only table from what went wrong to status and code."""

from http import HTTPStatus
from typing import Final

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from webapp.endpoints.errors import DeploymentStateError, DoesNotFitError, OrderError
from webapp.jobs.errors import (
    InputGoneError,
    InputLostError,
    JobChoiceError,
    JobStateError,
    NotDeployedError,
    TooManyJobsError,
    VersionGoneError,
)
from webapp.records.truth_naming import TruthsWrongError
from webapp.records.truths import NothingDeployedError, TruthsNotSentError
from webapp.registry.errors import (
    ComparisonNotSentError,
    DiskFullError,
    InspectionNotSentError,
    NameTakenError,
    NotAPublisherError,
    SubmissionWrongError,
    WrongStateError,
)
from webapp.retraining.errors import (
    ChoiceWrongError,
    ExportNotReadyError,
    NotAskedError,
    NothingServedError,
    TooManyAskedError,
    VersionUnknownError,
)
from webapp.uploading.errors import (
    ContentTypeWrongError,
    FileMissingError,
    ForgedError,
    HeaderWrongError,
    NobodyError,
    NoRoomError,
    OffsetWrongError,
    ProtocolWrongError,
    TooManyUploadsError,
    UploadBusyError,
    UploadIncompleteError,
    UploadMissingError,
    UploadStalledError,
    UploadTooLargeError,
)
from worker.contract.errors import STATUS, ErrorBody, ErrorCode

API_PREFIX: Final = "/api/"
PLACES_MAX: Final = 4
"""So many wrong parameters are named; whoever mends them meets the others."""

PLACE_LENGTH_MAX: Final = 100

ANSWERS: Final[dict[type[Exception], tuple[HTTPStatus, str, str, str]]] = {
    NothingDeployedError: (
        HTTPStatus.CONFLICT,
        "wrong_state",
        "No version is behind this endpoint, so nobody can say what an outcome may be.",
        "Send the outcomes once a version is deployed.",
    ),
    TruthsNotSentError: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "model_not_ready",
        "The outcomes were not kept: the box's queue does not answer.",
        "Send them again in a minute.",
    ),
    TruthsWrongError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
    AuthenticationError: (
        HTTPStatus.UNAUTHORIZED,
        "unauthenticated",
        "This request carries no API key that is known here.",
        "Send the header 'Authorization: Bearer KEY'; keys are made on the page 'API keys'.",
    ),
    Http404: (
        HTTPStatus.NOT_FOUND,
        "not_found",
        "There is nothing by this name that you may use.",
        "GET /api/v1/endpoints lists your endpoints.",
    ),
    PermissionDenied: (
        HTTPStatus.FORBIDDEN,
        "forbidden",
        "You may use this but not change it.",
        "Ask an owner or a maintainer of the model, or an administrator.",
    ),
    ValidationError: (
        HTTPStatus.BAD_REQUEST,
        "invalid_input",
        "A parameter of this request is not what the API takes.",
        "GET /api/v1/openapi.json describes every parameter.",
    ),
    WrongStateError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    SubmissionWrongError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
    NotAPublisherError: (HTTPStatus.FORBIDDEN, "forbidden", "", ""),
    NameTakenError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    InspectionNotSentError: (HTTPStatus.SERVICE_UNAVAILABLE, "model_not_ready", "", ""),
    ComparisonNotSentError: (HTTPStatus.SERVICE_UNAVAILABLE, "model_not_ready", "", ""),
    DiskFullError: (HTTPStatus.INSUFFICIENT_STORAGE, "disk_full", "", ""),
    OrderError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
    DeploymentStateError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    DoesNotFitError: (HTTPStatus.INSUFFICIENT_STORAGE, "does_not_fit", "", ""),
    NotDeployedError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    JobStateError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    JobChoiceError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
    InputGoneError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    InputLostError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    VersionGoneError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    TooManyJobsError: (HTTPStatus.TOO_MANY_REQUESTS, "too_many_jobs", "", ""),
    NothingServedError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    ChoiceWrongError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
    TooManyAskedError: (HTTPStatus.TOO_MANY_REQUESTS, "too_many_jobs", "", ""),
    NotAskedError: (HTTPStatus.SERVICE_UNAVAILABLE, "model_not_ready", "", ""),
    ExportNotReadyError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    VersionUnknownError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
    NobodyError: (HTTPStatus.UNAUTHORIZED, "unauthenticated", "", ""),
    ForgedError: (HTTPStatus.FORBIDDEN, "forbidden", "", ""),
    UploadMissingError: (HTTPStatus.NOT_FOUND, "not_found", "", ""),
    HeaderWrongError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
    ProtocolWrongError: (HTTPStatus.PRECONDITION_FAILED, "wrong_protocol", "", ""),
    ContentTypeWrongError: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "", ""),
    OffsetWrongError: (HTTPStatus.CONFLICT, "wrong_offset", "", ""),
    UploadTooLargeError: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", "", ""),
    TooManyUploadsError: (HTTPStatus.CONFLICT, "too_many_uploads", "", ""),
    NoRoomError: (HTTPStatus.INSUFFICIENT_STORAGE, "disk_full", "", ""),
    UploadBusyError: (HTTPStatus.LOCKED, "upload_locked", "", ""),
    UploadStalledError: (HTTPStatus.REQUEST_TIMEOUT, "body_incomplete", "", ""),
    UploadIncompleteError: (HTTPStatus.CONFLICT, "wrong_state", "", ""),
    FileMissingError: (HTTPStatus.BAD_REQUEST, "invalid_input", "", ""),
}
"""Class to status, code, sentence and hint; empty where the exception has its own."""


def error_response(body: ErrorBody) -> HttpResponse:
    """Return the answer for one of the codes that both planes know."""
    return _response(STATUS[ErrorCode(body.code)], msgspec.json.encode(body))


def handle(request: HttpRequest, exception: Exception | type[Exception]) -> HttpResponse:  # noqa: ARG001  # django-ninja's signature
    """Return the answer for an exception of the table."""
    kind = next(known for known in type(exception).__mro__ if known in ANSWERS)
    status, code, sentence, hint = ANSWERS[kind]
    if isinstance(exception, ValidationError) and exception.errors:
        sentence = f"{sentence.removesuffix('.')}: {_places(exception)}."
    body = {
        "error": sentence or getattr(exception, "message", ""),
        "code": code,
        "hint": hint or getattr(exception, "hint", ""),
    }
    return _response(status, msgspec.json.encode(body))


def _places(error: ValidationError) -> str:
    """Return which parameters are wrong and why: the path to each through the body, or its name."""
    said = []
    for each in error.errors[:PLACES_MAX]:
        source, *path = each["loc"]
        place = ".".join(str(part) for part in (path[1:] if source == "body" and len(path) > 1 else path))
        said.append(f"{place[:PLACE_LENGTH_MAX]}: {each['msg']}")
    return "; ".join(said)


def handle_http_error(request: HttpRequest, exception: HttpError | type[HttpError]) -> HttpResponse:  # noqa: ARG001  # as above
    """Return the answer for a refusal of django-ninja's own, such as a body that is not JSON."""
    assert isinstance(exception, HttpError), "django-ninja hands over what was raised"
    body = {"error": exception.message, "code": "invalid_input", "hint": "GET /api/v1/openapi.json describes the API."}
    return _response(HTTPStatus(exception.status_code), msgspec.json.encode(body))


def _response(status: HTTPStatus, content: bytes) -> HttpResponse:
    response = HttpResponse(content, status=status, content_type="application/json")
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="Bastide"'
    return response
