"""What went wrong with exports and replays, in the reader's language, and the status that goes with it."""

from http import HTTPStatus
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from webapp.retraining.errors import (
    ChoiceWrongError,
    ExportNotReadyError,
    NotAskedError,
    NothingServedError,
    RetrainingError,
    TooManyAskedError,
    VersionUnknownError,
)

STATUSES: Final[dict[type[RetrainingError], HTTPStatus]] = {
    ChoiceWrongError: HTTPStatus.BAD_REQUEST,
    NotAskedError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyAskedError: HTTPStatus.TOO_MANY_REQUESTS,
    VersionUnknownError: HTTPStatus.BAD_REQUEST,
}
PROBLEMS: Final[dict[type[RetrainingError], Promise]] = {
    ChoiceWrongError: _("The end must come after the beginning, and the versions be among those listed."),
    ExportNotReadyError: _("This export has no file, or none any more. Ask for another."),
    NotAskedError: _("The box cannot be asked at the moment. Try again in a minute."),
    NothingServedError: _("No version is deployed. Deploy one; then ask again."),
    TooManyAskedError: _("Two are under way at this endpoint already. Wait until one has ended."),
    VersionUnknownError: _("This version cannot be asked: it answers here already, or its files are gone."),
}


def problem_of(error: RetrainingError) -> str:
    """Return what went wrong."""
    return str(PROBLEMS[type(error)])


def status_of(error: RetrainingError) -> HTTPStatus:
    """Return the status of the answer."""
    return STATUSES.get(type(error), HTTPStatus.CONFLICT)
