"""How a job is and how far it has come, in words."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.jobs.describing import rows_under_way
from webapp.jobs.models import BatchJob, Status
from webapp.predictions.numbers import number_words

STATES: Final = {Status.WAITING: "warning", Status.FAILED: "bad", Status.CANCELED: "unknown"}
"""The signs of statuses; of the others, `good` for what succeeded in full and `busy` for what is under way."""

SECOND_WORDS_BELOW_S: Final = 90
MINUTE_WORDS_BELOW_S: Final = 90 * 60
HOUR_WORDS_BELOW_S: Final = 48 * 3600
FEW_S: Final = 10


def state_of(job: BatchJob) -> str:
    """Return the sign beside the words."""
    if job.status == Status.SUCCEEDED:
        return "warning" if not_answered(job) else "good"
    return STATES.get(Status(job.status), "busy")


def not_answered(job: BatchJob) -> int:
    """Return how many rows have no answer although they were read or tried."""
    return job.rows_invalid + job.rows_failed


def rows_done(job: BatchJob) -> int:
    """Return how many rows are done, those of unfinished chunks among them."""
    done = job.rows_done + rows_under_way([job])[job.pk]
    return done if job.rows_total is None else min(done, job.rows_total)


def sentence_of(job: BatchJob, now: datetime) -> str:
    """Return how the job is, in a sentence."""
    match Status(job.status):
        case Status.READING:
            return _("The file is being read.")
        case Status.WAITING:
            return _waiting(job)
        case Status.QUEUED:
            return _("It waits for its turn and starts by itself.")
        case Status.RUNNING:
            left = left_words(job, now)
            return _("It is running; %(left)s.") % {"left": left} if left else _("It is running.")
        case Status.SUCCEEDED:
            return _succeeded(job, now)
        case Status.FAILED:
            return _("It failed, and there is no result.")
        case Status.CANCELED:
            return _("It was canceled, and there is no result.")


def progress_words(job: BatchJob) -> str:
    """Return how many rows are done, of how many."""
    done = number_words(rows_done(job))
    if job.rows_total is None:
        return _("%(done)s rows done") % {"done": done}
    return _("%(done)s of %(total)s rows done") % {"done": done, "total": number_words(job.rows_total)}


def short_words(job: BatchJob) -> str:
    """Return how far the job is or what came of it, as one reads it in a table; empty where there is nothing."""
    if job.status == Status.RUNNING:
        return progress_words(job)
    if job.status != Status.SUCCEEDED:
        return ""
    answered = rows_words(job.rows_done)
    if not not_answered(job):
        return answered
    return _("%(rows)s, %(count)s of them without an answer") % {
        "rows": answered,
        "count": number_words(not_answered(job)),
    }


def rows_words(count: int) -> str:
    """Return a number of rows."""
    return ngettext("%(count)s row", "%(count)s rows", count) % {"count": number_words(count)}


def left_words(job: BatchJob, now: datetime) -> str:
    """Return how long the job will take still; empty while nobody knows."""
    seconds = job.seconds_left(now)
    return "" if seconds is None else _("%(duration)s left") % {"duration": duration_words(seconds)}


def speed_words(job: BatchJob, now: datetime) -> str:
    """Return how many rows a second are answered; empty before the first."""
    speed = job.rows_per_s(now)
    return "" if speed is None else _("%(count)s rows a second") % {"count": number_words(speed, digits=2)}


def duration_words(seconds: float) -> str:
    """Return about how long something takes."""
    if seconds < FEW_S:
        return _("a few seconds")
    if seconds < SECOND_WORDS_BELOW_S:
        return _("about %(count)d seconds") % {"count": 5 * round(seconds / 5)}
    if seconds < MINUTE_WORDS_BELOW_S:
        return _("about %(count)d minutes") % {"count": round(seconds / 60)}
    if seconds < HOUR_WORDS_BELOW_S:
        return _("about %(count)d hours") % {"count": round(seconds / 3600)}
    return _("more than two days")


def _waiting(job: BatchJob) -> str:
    understanding = job.understanding
    if understanding is not None and understanding.absent:
        return _("It cannot start yet: a column that the model needs was not found.")
    return _("Nothing is computed yet. See whether the file was understood, then start.")


def _succeeded(job: BatchJob, now: datetime) -> str:
    answered, total = job.rows_done - not_answered(job), job.rows_done
    facts = {"answered": number_words(answered), "total": number_words(total), "took": _took(job, now)}
    if answered == total:
        words = (
            ngettext("%(total)s row is answered%(took)s.", "All %(total)s rows are answered%(took)s.", total) % facts
        )
    else:
        words = _("%(answered)s of %(total)s rows are answered%(took)s.") % facts
    return " ".join(filter(None, (words, _unusual(job))))


def _unusual(job: BatchJob) -> str:
    if not job.rows_unusual:
        return ""
    return ngettext("%(count)s has unusual values.", "%(count)s have unusual values.", job.rows_unusual) % {
        "count": number_words(job.rows_unusual)
    }


def _took(job: BatchJob, now: datetime) -> str:
    if job.started_at is None:
        return ""
    seconds = ((job.ended_at or now) - job.started_at).total_seconds()
    return _(", in %(duration)s") % {"duration": duration_words(seconds)}
