"""Pages of jobs to look at: the list, one job, its files."""

from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.jobs import downloads
from webapp.jobs.blank import blank_rows
from webapp.jobs.errors import JobError
from webapp.jobs.models import BatchJob, BatchJobs
from webapp.jobs.pages import now_of, row_of
from webapp.jobs.rendering import job_page

PAGE_SIZE = 50


@require_safe
@never_cache
def jobs(request: HttpRequest) -> HttpResponse:
    """List one's jobs, the newest first; those of everybody for an administrator who does not want only theirs."""
    user = request.user
    assert isinstance(user, User), "The log-in middleware lets only users through"
    is_admin = user.is_admin
    is_mine = not is_admin or "mine" in request.GET
    found = _visible_jobs(request).filter(owner=user) if is_mine else _visible_jobs(request)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": page,
        "rows": [row_of(job) for job in page],
        "total": page.paginator.count,
        "under_way": found.under_way().count(),
        "is_admin": is_admin,
        "is_mine": is_mine,
    }
    return render(request, "jobs/jobs.html", context)


@require_safe
@never_cache
def job(request: HttpRequest, job_id: str) -> HttpResponse:
    """Show how a job is, and whatever may be done with it."""
    return job_page(request, get_object_or_404(_visible_jobs(request), job_id=job_id))


@require_safe
@never_cache
def job_now(request: HttpRequest, job_id: str) -> JsonResponse:
    """Return how far a job is, for the page that looks at it."""
    return JsonResponse(now_of(get_object_or_404(_visible_jobs(request), job_id=job_id), timezone.now()))


@require_safe
@never_cache
def job_result(request: HttpRequest, job_id: str) -> FileResponse | HttpResponse:
    """Hand out the finished file."""
    found = get_object_or_404(_visible_jobs(request), job_id=job_id)
    try:
        return downloads.result(found)
    except JobError as error:
        return job_page(request, found, error)


@require_safe
@never_cache
def job_wrong_rows(request: HttpRequest, job_id: str) -> FileResponse | HttpResponse:
    """Hand out the rows that were not answered."""
    found = get_object_or_404(_visible_jobs(request), job_id=job_id)
    try:
        return downloads.wrong_rows(found)
    except JobError as error:
        return job_page(request, found, error)


@require_safe
def blank_file(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a file with the names of the features and an example, to fill in."""
    endpoint = get_object_or_404(Endpoint.objects.visible_to(request.user).with_champion(), name=name)
    if endpoint.champion is None:
        raise Http404
    response = HttpResponse(blank_rows(endpoint.champion.version.manifest), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _visible_jobs(request: HttpRequest) -> BatchJobs:
    """Return the jobs that this person sees."""
    return BatchJob.objects.visible_to(request.user).with_names()
