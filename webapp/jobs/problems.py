"""What went wrong with what a person wanted of a job, in their language, and with which status it is answered."""

from http import HTTPStatus
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.jobs.errors import (
    ColumnTakenError,
    ColumnUnknownError,
    InputGoneError,
    InputLostError,
    JobError,
    JobStateError,
    NotDeployedError,
    TooManyJobsError,
    VersionGoneError,
)
from webapp.jobs.submitting import NOT_ENDED_MAX
from webapp.uploading.errors import (
    FileMissingError,
    NoRoomError,
    UploadError,
    UploadIncompleteError,
    UploadMissingError,
)

PROBLEMS: Final = {
    FileMissingError: gettext_lazy("Choose a file first; nothing was sent."),
    NoRoomError: gettext_lazy(
        "The disk of the box has no room for this file, and nothing of it is kept. "
        "Tell an administrator, then try again."
    ),
    UploadMissingError: gettext_lazy("The file that was sent is no longer here. Choose it again."),
    UploadIncompleteError: gettext_lazy(
        "The file has not arrived as a whole. Choose it again; what has arrived counts."
    ),
    NotDeployedError: gettext_lazy("No version is deployed at the moment, so nobody can answer. Try again later."),
    InputLostError: gettext_lazy(
        "The files of this job were not in the backup from which the box was restored. Upload the file again."
    ),
    InputGoneError: gettext_lazy("The files of this job are deleted. Upload the file again."),
    VersionGoneError: gettext_lazy(
        "The version that should answer was put aside or deleted. Run the file with another one."
    ),
    JobStateError: gettext_lazy("That is no longer possible: the job has gone on in the meantime. Below is how it is."),
}

STATUSES: Final = {
    NoRoomError: HTTPStatus.INSUFFICIENT_STORAGE,
    NotDeployedError: HTTPStatus.CONFLICT,
    TooManyJobsError: HTTPStatus.CONFLICT,
    InputGoneError: HTTPStatus.CONFLICT,
    InputLostError: HTTPStatus.CONFLICT,
    VersionGoneError: HTTPStatus.CONFLICT,
    JobStateError: HTTPStatus.CONFLICT,
    UploadIncompleteError: HTTPStatus.CONFLICT,
}
"""Of others, what was sent is wrong."""


def problem_of(error: JobError | UploadError) -> str:
    """Return what went wrong; in English where nobody has other words for it."""
    match error:
        case ColumnTakenError():
            facts = {"column": error.column, "first": error.first, "second": error.second}
            return _("The column “%(column)s” is chosen for both %(first)s and %(second)s. Choose each once.") % facts
        case ColumnUnknownError():
            return _("The file has no column “%(column)s”.") % {"column": error.column}
        case TooManyJobsError():
            return _("You have %(most)d jobs that have not ended. Wait until one has, or cancel one.") % {
                "most": NOT_ENDED_MAX
            }
    words = PROBLEMS.get(type(error))
    return str(words) if words else error.message


def status_of(error: JobError | UploadError) -> HTTPStatus:
    """Return the status with which this is answered."""
    return STATUSES.get(type(error), HTTPStatus.BAD_REQUEST)
