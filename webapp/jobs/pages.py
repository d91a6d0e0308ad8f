"""What the page of a job shows in each of its statuses."""

from datetime import datetime
from typing import Any

from django.conf import settings

from webapp.jobs.correcting import form_of
from webapp.jobs.distribution import distribution_of
from webapp.jobs.letters import mail_is_possible
from webapp.jobs.models import BatchJob, Status
from webapp.jobs.results import changed_rows, columns_shown, first_rows, gap_words, unusual_rows
from webapp.jobs.row_words import problems_of
from webapp.jobs.said import all_said, said
from webapp.jobs.understood import labels_of, most_are_wrong, preview_of, reading_words, size_of
from webapp.jobs.versions import other_versions
from webapp.jobs.wording import (
    left_words,
    not_answered,
    progress_words,
    rows_done,
    sentence_of,
    short_words,
    speed_words,
    state_of,
)
from webapp.predictions.numbers import number_words, percent_words, size_words

IS_LIVE = (Status.READING, Status.QUEUED, Status.RUNNING)
"""A page in one of these looks by itself whether anything has changed."""


def job_context(job: BatchJob, now: datetime) -> dict[str, Any]:
    """Return what `jobs/job.html` shows."""
    context: dict[str, Any] = {
        "job": job,
        "state": state_of(job),
        "sentence": sentence_of(job, now),
        "is_live": job.status in IS_LIVE,
        "now": now_of(job, now),
        "size": size_words(job.input_bytes),
        "days": settings.JOB_DAYS,
    }
    if job.understanding is not None:
        context |= {"reading": reading_words(job.understanding), "rows_found": size_of(job.understanding)}
        context["remarks"] = all_said(job.understanding.remarks)
    match Status(job.status):
        case Status.WAITING:
            context |= _waiting(job)
        case Status.SUCCEEDED:
            context |= _succeeded(job)
        case Status.FAILED | Status.CANCELED:
            context |= {"reason": said(job.reason), "hint": said(job.hint), **_correctable(job)}
            context["problems"] = problems_of(job.understanding.problems) if job.understanding else ()
    return context


def now_of(job: BatchJob, now: datetime) -> dict[str, Any]:
    """Return what changes while a job runs, in words, for the page that looks at it."""
    return {
        "status": job.status,
        "done": rows_done(job),
        "total": job.rows_total,
        "sentence": sentence_of(job, now),
        "progress": progress_words(job),
        "speed": speed_words(job, now),
        "left": left_words(job, now),
        "wrong": number_words(not_answered(job)) if not_answered(job) else "",
    }


def row_of(job: BatchJob) -> dict[str, Any]:
    """Return a job as the list shows it."""
    return {
        "job": job,
        "state": state_of(job),
        "words": job.get_status_display(),
        "progress": short_words(job),
        "is_running": job.status == Status.RUNNING,
    }


def _waiting(job: BatchJob) -> dict[str, Any]:
    understanding = job.understanding
    if understanding is None:
        return {"form": form_of(job)}
    share = understanding.sample_wrong / understanding.sample_rows if understanding.sample_rows else 0.0
    return {
        "understanding": understanding,
        "preview": preview_of(job, understanding),
        "absent": [labels_of(job).get(name, name) for name in understanding.absent],
        "problems": problems_of(understanding.problems),
        "wrong_share": percent_words(share),
        "most_are_wrong": most_are_wrong(understanding),
        "may_start": not understanding.absent,
        "mail_address": job.owner.email if mail_is_possible(job.owner) else "",
        "form": form_of(job),
    }


def _correctable(job: BatchJob) -> dict[str, Any]:
    return {"form": form_of(job)} if job.has_files else {}


def _succeeded(job: BatchJob) -> dict[str, Any]:
    wrong = not_answered(job)
    output = job.version.manifest.signature.output
    answered = job.rows_done - wrong
    return {
        "answered": number_words(answered),
        "not_answered": wrong,
        "result_size": size_words(job.result_bytes or 0),
        "distribution": distribution_of(job.summary, output, answered) if job.summary else None,
        "columns": columns_shown(job),
        "first_rows": first_rows(job),
        "unusual_rows": unusual_rows(job),
        "problems": problems_of(job.problems),
        "differences": job.differences,
        "gaps": gap_words(job),
        "compared_words": number_words(job.differences.rows) if job.differences else "",
        "different_words": number_words(job.differences.different) if job.differences else "",
        "unusual_words": number_words(job.rows_unusual),
        "not_answered_words": number_words(wrong),
        "changed_rows": changed_rows(job),
        "versions": other_versions(job) if job.has_files else (),
    }
