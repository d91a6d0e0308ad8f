"""What people do with jobs on pages. Each is a POST and leads to the page of the job, which tells what came of it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.jobs import submitting
from webapp.jobs.correcting import corrected
from webapp.jobs.errors import JobError, JobStateError
from webapp.jobs.models import BatchJob
from webapp.jobs.options import is_yes
from webapp.jobs.problems import problem_of, status_of
from webapp.jobs.rendering import job_page, problem_page
from webapp.jobs.submitting import Submission
from webapp.jobs.understood import most_are_wrong
from webapp.jobs.versions import other_versions
from webapp.predictions.endpoint_page import endpoint_context
from webapp.uploading.bodies import received_file
from webapp.uploading.errors import UploadError
from webapp.uploading.under_way import TakenFile, take

View = Callable[[HttpRequest, str], HttpResponse]
Act = Callable[Concatenate[HttpRequest, BatchJob, ...], HttpResponse]


def _on_job(act: Act) -> View:
    """Find the job, which is absent for those who do not see it; what goes wrong is told on its page."""

    @wraps(act)
    def view(request: HttpRequest, job_id: str) -> HttpResponse:
        job = get_object_or_404(BatchJob.objects.visible_to(request.user).with_names(), job_id=job_id)
        try:
            return act(request, job)
        except JobError as error:
            return job_page(request, job, error)

    return view


def _computing(act: Act) -> Act:
    """Let only those compute who may use the endpoint still; to others it is absent."""

    @wraps(act)
    def checked(request: HttpRequest, job: BatchJob) -> HttpResponse:
        get_object_or_404(BatchJob.objects.computable_by(request.user), pk=job.pk)
        return act(request, job)

    return checked


@require_http_methods(["GET", "HEAD", "POST"])
def start_job(request: HttpRequest, name: str) -> HttpResponse:
    """Take a file and have it read. Whoever comes by the address alone is led to the form."""
    endpoint = get_object_or_404(Endpoint.objects.visible_to(request.user).with_champion(), name=name)
    if request.method != "POST":
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(reverse("endpoint", args=[name]) + query)
    try:
        job = _submitted(request, endpoint)
    except (JobError, UploadError) as error:
        context = endpoint_context(request, endpoint) | {"job_problem": problem_of(error)}
        return render(request, "predictions/endpoint.html", context, status=status_of(error))
    return redirect("job", job.job_id)


@require_POST
@_on_job
@_computing
def correct_job(request: HttpRequest, job: BatchJob) -> HttpResponse:
    """Have the file read as the person says."""
    submitting.correct(job, corrected(job, request.POST.dict()))
    return redirect("job", job.job_id)


@require_POST
@_on_job
@_computing
def begin_job(request: HttpRequest, job: BatchJob) -> HttpResponse:
    """Begin to answer the rows."""
    is_accepted = is_yes(request.POST.dict(), "accept_wrong_rows")
    found = job.understanding
    if found is not None and found.absent:
        return problem_page(request, job, _("Say first which columns give the features that were not found."))
    if found is not None and most_are_wrong(found) and not is_accepted:
        words = _("Most rows cannot be answered. If that is meant, say so beside the button; else mend the file.")
        return problem_page(request, job, words)
    submitting.start(job, wrong_rows_accepted=is_accepted, mail=is_yes(request.POST.dict(), "mail"))
    return redirect("job", job.job_id)


@require_POST
@_on_job
def cancel_job(request: HttpRequest, job: BatchJob) -> HttpResponse:  # noqa: ARG001  # the shape of an act
    """End a job."""
    submitting.cancel(job, timezone.now())
    return redirect("job", job.job_id)


@require_POST
@_on_job
@_computing
def retry_job(request: HttpRequest, job: BatchJob) -> HttpResponse:  # noqa: ARG001  # the shape of an act
    """Begin a job that failed or was canceled anew."""
    submitting.retry(job)
    return redirect("job", job.job_id)


@require_POST
@_on_job
@_computing
def run_job_again(request: HttpRequest, job: BatchJob) -> HttpResponse:
    """Answer the same file by another version, and compare."""
    asked = request.POST.get("version")
    version = next((each for each in other_versions(job) if str(each.number) == asked), None)
    if version is None:
        return problem_page(request, job, _("This version cannot answer the file. Choose one of the list."))
    again = submitting.run_again(job, version, _user(request), timezone.now())
    return redirect("job", again.job_id)


@require_http_methods(["GET", "HEAD", "POST"])
@_on_job
def delete_job(request: HttpRequest, job: BatchJob) -> HttpResponse:
    """Ask, then delete a job that has ended."""
    if request.method == "POST":
        submitting.delete(job)
        return redirect("jobs")
    if not job.has_ended:
        raise JobStateError("deleted", job.status)
    return render(request, "jobs/delete.html", {"job": job})


def _submitted(request: HttpRequest, endpoint: Endpoint) -> BatchJob:
    # Together: where the job is refused, the upload is there still and need not be sent again.
    with transaction.atomic():
        file = _file(request)
        submission = Submission(
            path=file.path,
            file_name=file.name,
            size_bytes=file.size_bytes,
            language=get_language() or "en",
            looks_first=True,
        )
        return submitting.submit(_user(request), endpoint, submission, timezone.now())


def _file(request: HttpRequest) -> TakenFile:
    upload = request.POST.get("upload", "")
    return take(upload, _user(request)) if upload else received_file(request)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    return request.user
