"""Renders the page of a job, with what went wrong where something did."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from webapp.jobs.errors import JobError
from webapp.jobs.models import BatchJob
from webapp.jobs.pages import job_context
from webapp.jobs.problems import problem_of, status_of
from webapp.uploading.errors import UploadError


def job_page(request: HttpRequest, job: BatchJob, error: JobError | UploadError | None = None) -> HttpResponse:
    """Return the page of a job."""
    if error is None:
        return render(request, "jobs/job.html", _context(request, job))
    return render(request, "jobs/job.html", _context(request, job, problem_of(error)), status=status_of(error))


def problem_page(request: HttpRequest, job: BatchJob, problem: str) -> HttpResponse:
    """Return the page of a job with something that the person has to mend first."""
    return render(request, "jobs/job.html", _context(request, job, problem), status=HTTPStatus.BAD_REQUEST)


def _context(request: HttpRequest, job: BatchJob, problem: str = "") -> dict[str, Any]:
    may_compute = BatchJob.objects.computable_by(request.user).filter(pk=job.pk).exists()
    return job_context(job, timezone.now()) | {"problem": problem, "may_compute": may_compute}
