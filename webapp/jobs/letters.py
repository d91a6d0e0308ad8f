"""The mail that tells somebody of the end of their job, in the language in which they asked for it."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from webapp.accounts.models import User
from webapp.jobs.errors import JobChoiceError
from webapp.jobs.models import BatchJob, Status


def mail_is_possible(user: User) -> bool:
    """Return whether the box sends mail and knows where to."""
    return bool(settings.MAIL_FROM and user.email and user.is_active)


def require_possible(user: User) -> None:
    """Raise JobChoiceError unless this person can be told by mail."""
    if not settings.MAIL_FROM:
        problem = "the box sends no mail: an administrator sets BASTIDE_SMTP_URL and BASTIDE_MAIL_FROM."
        raise JobChoiceError("mail", problem)
    if not mail_is_possible(user):
        raise JobChoiceError("mail", "your account has no e-mail address; an administrator enters it.")


def letter(job: BatchJob) -> EmailMessage:
    """Return the mail to the owner of a job that has ended."""
    with translation.override(job.language):
        return EmailMessage(_subject(job), _body(job), settings.MAIL_FROM, [job.owner.email])


def _subject(job: BatchJob) -> str:
    words = {"file": " ".join(job.file_name.split())}
    if job.status == Status.SUCCEEDED:
        return gettext("Your file “%(file)s” is ready") % words
    return gettext("Your file “%(file)s” could not be answered") % words


def _body(job: BatchJob) -> str:
    parts = [gettext("Hello,"), *_what_became_of_it(job), f"{settings.PUBLIC_URL}/jobs/{job.job_id}/"]
    if job.expires_at is not None:
        until = date_format(localtime(job.expires_at), "DATETIME_FORMAT")
        parts.append(gettext("The files are kept until %(date)s.") % {"date": until})
    return "\n\n".join(parts) + "\n"


def _what_became_of_it(job: BatchJob) -> list[str]:
    words = {"file": job.file_name, "title": job.endpoint.title or job.endpoint.name, "version": job.version.number}
    if job.status != Status.SUCCEEDED:
        could_not = gettext("The rows of “%(file)s” could not be answered by “%(title)s”, version %(version)d.") % words
        return [could_not, gettext("This page says why, and what can be done:")]
    ready = gettext("The rows of “%(file)s” were answered by “%(title)s”, version %(version)d.") % words
    return [ready, _counted(job), gettext("You find the result on this page:")]


def _counted(job: BatchJob) -> str:
    total, wrong = job.rows_total or 0, job.rows_invalid + job.rows_failed
    figures = {"total": _grouped(total), "wrong": _grouped(wrong)}
    if not wrong:
        return ngettext("%(total)s row, and it was answered.", "%(total)s rows, all of them answered.", total) % figures
    return (
        ngettext(
            "%(wrong)s of %(total)s rows was not answered; the page has it as a file, to mend and send again.",
            "%(wrong)s of %(total)s rows were not answered; the page has them as a file, to mend and send again.",
            wrong,
        )
        % figures
    )


def _grouped(count: int) -> str:
    return number_format(count, force_grouping=True)
