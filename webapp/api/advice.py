"""What a caller does about each code of the online path."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from worker.contract.errors import ErrorCode

ADVICE: Final = {
    ErrorCode.INVALID_INPUT: _("Mend the rows that are listed and send all of them again: none was answered."),
    ErrorCode.NOT_JSON: _("Send one JSON object with “rows”."),
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: _("Send application/json or text/csv, and say so in Content-Type."),
    ErrorCode.TOO_MANY_ROWS: _("Send fewer rows at a time."),
    ErrorCode.BODY_TOO_LARGE: _("Send fewer or shorter rows at a time."),
    ErrorCode.BODY_INCOMPLETE: _("Send the whole body at once, with a Content-Length that fits it."),
    ErrorCode.UNAUTHENTICATED: _("Send a key of yours that is not revoked."),
    ErrorCode.FORBIDDEN: _("From a browser's session, send the CSRF token too; or use a key."),
    ErrorCode.NOT_FOUND: _("Look at the list of your endpoints: it is absent or not open to you."),
    ErrorCode.METHOD_NOT_ALLOWED: _("Ask predictions by POST."),
    ErrorCode.MODEL_ERROR: _("Tell the publisher: the model failed on these rows, and would again."),
    ErrorCode.MODEL_CRASHED: _("Do not send these rows again; tell the publisher."),
    ErrorCode.MODEL_NOT_READY: _("Ask again after Retry-After; if it lasts, tell an administrator."),
    ErrorCode.QUEUE_FULL: _("Ask again after Retry-After."),
    ErrorCode.PREDICTION_TIMEOUT: _("Ask again, with fewer rows."),
}
