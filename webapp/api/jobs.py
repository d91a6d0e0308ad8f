"""`/api/v1/jobs`: many rows, from a file to a file."""

from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import get_language_from_request
from ninja import Router, Status

from webapp.accounts.models import User
from webapp.api.job_schemas import JobSchema, ListedJobSchema, StartedJobSchema
from webapp.api.schemas import ErrorSchema
from webapp.endpoints.models import Endpoint
from webapp.jobs import downloads, submitting
from webapp.jobs.describing import LARGE, described, listed, rows_under_way
from webapp.jobs.models import BatchJob, BatchJobs
from webapp.jobs.models import Status as JobStatus
from webapp.jobs.options import choice_of, chosen_language, is_yes
from webapp.jobs.submitting import Submission
from webapp.jobs.telling import require_tellable
from webapp.registry.models import ModelVersion
from webapp.uploading.bodies import received_file
from webapp.uploading.under_way import TakenFile, take

router = Router(tags=["jobs"])

TEXT: Final = {"type": "string"}
OPTIONS: Final = {
    "upload": TEXT | {"description": "the id of a finished resumable upload, instead of a file"},
    "encoding": TEXT | {"enum": ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "windows-1252"]},
    "separator": TEXT | {"enum": ["comma", "semicolon", "tab", "bar"]},
    "decimal": TEXT | {"enum": ["point", "comma"]},
    "sheet": TEXT | {"description": "the sheet of a workbook"},
    "mapping": TEXT | {"description": "a JSON object: which column gives a feature, where the names differ"},
    "identifier": TEXT | {"description": "a column by which people know a row"},
    "output": TEXT | {"enum": ["csv", "jsonl", "xlsx", "parquet"], "description": "if not the format of the file"},
    "accept_wrong_rows": TEXT | {"description": "1: begin although most rows cannot be answered"},
    "language": TEXT | {"enum": ["en", "fr"], "description": "of the sentences about rows; else by Accept-Language"},
    "webhook": TEXT | {"description": "an address that is told of the end, if administrators allow its host"},
    "mail": TEXT | {"description": "1: a mail tells you of the end"},
}
FILE: Final = {"type": "string", "format": "binary", "description": "CSV, TSV, XLSX, JSON Lines or Parquet"}
BODY: Final = {
    "multipart/form-data": {"schema": {"type": "object", "properties": {"file": FILE, **OPTIONS}}},
    "application/octet-stream": {"schema": FILE},
}
QUERY: Final = [{"in": "query", "name": name, "schema": schema} for name, schema in OPTIONS.items()]
NAME: Final = {"in": "query", "name": "name", "schema": TEXT | {"description": "of a file that is the body itself"}}
REFUSALS: Final = {401: ErrorSchema, 404: ErrorSchema}


@router.post(
    "/endpoints/{endpoint}/jobs",
    response={202: StartedJobSchema, **REFUSALS, **dict.fromkeys((400, 409, 413, 429, 507), ErrorSchema)},
    summary="Answer all rows of a file",
    openapi_extra={"requestBody": {"required": True, "content": BODY}, "parameters": [NAME, *QUERY]},
)
def create_job(request: HttpRequest, endpoint: str) -> Status[dict[str, Any]]:
    """Send the file as the field `file` of a form or as the body; options as fields, or in the address.

    The job begins at once. Ask its `url` how far it is.
    """
    found = get_object_or_404(Endpoint.objects.visible_to(request.user).with_champion(), name=endpoint)
    said = {**request.GET.dict(), **request.POST.dict()}
    # Before the file is taken: what was wrong must not lose it.
    mail, webhook = is_yes(said, "mail"), said.get("webhook", "")
    options, language = choice_of(said), chosen_language(said) or get_language_from_request(request)
    require_tellable(_user(request), webhook, mail=mail)
    # Together: where the job is refused, the upload is there still and need not be sent again.
    with transaction.atomic():
        file = _file(request, said)
        submission = Submission(
            path=file.path,
            file_name=file.name,
            size_bytes=file.size_bytes,
            language=language,
            choice=options,
            wrong_rows_accepted=is_yes(said, "accept_wrong_rows"),
            webhook=webhook,
            mail=mail,
        )
        job = submitting.submit(_user(request), found, submission, timezone.now())
    return Status(202, _started(request, job))


@router.get("/jobs", response={200: list[ListedJobSchema], 401: ErrorSchema}, summary="List your jobs")
def list_jobs(request: HttpRequest, *, limit: int = 100) -> list[dict[str, Any]]:
    """The newest first, at most `limit` of them; those of everybody for an administrator."""
    now = timezone.now()
    found = list(_jobs(request).defer(*LARGE)[: max(1, min(limit, 1000))])
    under_way = rows_under_way(found)
    return [listed(job, now, under_way[job.pk]) | {"url": _url(request, job)} for job in found]


@router.get("/jobs/{job_id}", response={200: JobSchema, **REFUSALS}, summary="Tell how far a job is")
def describe_job(request: HttpRequest, job_id: str) -> dict[str, Any]:
    """404 alike for what is absent and what is not yours."""
    return _described(request, get_object_or_404(_jobs(request), job_id=job_id), timezone.now())


@router.get(
    "/jobs/{job_id}/result",
    response={200: None, **REFUSALS, 409: ErrorSchema},
    summary="Download the result",
    openapi_extra={"responses": {200: {"description": "the file"}}},
)
def download_result(request: HttpRequest, job_id: str) -> FileResponse | HttpResponse:
    """The file that came, with the answers beside each row. 409 while there is none."""
    return downloads.result(get_object_or_404(_jobs(request), job_id=job_id))


@router.get(
    "/jobs/{job_id}/wrong-rows",
    response={200: None, **REFUSALS, 409: ErrorSchema},
    summary="Download the rows that were not answered",
    openapi_extra={"responses": {200: {"description": "the file"}}},
)
def download_wrong_rows(request: HttpRequest, job_id: str) -> FileResponse | HttpResponse:
    """In the format of the file that came, each with its line and what is wrong, to mend and send again."""
    return downloads.wrong_rows(get_object_or_404(_jobs(request), job_id=job_id))


@router.post(
    "/jobs/{job_id}/retry",
    response={202: StartedJobSchema, **REFUSALS, 409: ErrorSchema},
    summary="Begin a job that failed or was canceled anew",
)
def retry_job(request: HttpRequest, job_id: str) -> Status[dict[str, Any]]:
    """With the same file and the same version."""
    job = _computable(request, job_id)
    submitting.retry(job)
    return Status(202, _started(request, job))


@router.post(
    "/jobs/{job_id}/again",
    response={202: StartedJobSchema, **REFUSALS, **dict.fromkeys((409, 429, 507), ErrorSchema)},
    summary="Run a job again with another version and compare the answers",
)
def run_job_again(request: HttpRequest, job_id: str, version: int) -> Status[dict[str, Any]]:
    """A new job with the same file; its `differences` tell which rows the other version answers otherwise."""
    job = _computable(request, job_id)
    other = get_object_or_404(ModelVersion.objects.filter(model=job.version.model), number=version)
    again = submitting.run_again(job, other, _user(request), timezone.now())
    return Status(202, _started(request, again))


@router.post(
    "/jobs/{job_id}/cancel",
    response={200: JobSchema, **REFUSALS, 409: ErrorSchema},
    summary="Cancel a job",
)
def cancel_job(request: HttpRequest, job_id: str) -> dict[str, Any]:
    """Unlike DELETE, it leaves a job that has just ended as it is (409)."""
    job = get_object_or_404(_jobs(request), job_id=job_id)
    now = timezone.now()
    submitting.cancel(job, now)
    return _described(request, job, now)


@router.delete(
    "/jobs/{job_id}",
    response={200: JobSchema, 204: None, **REFUSALS, 409: ErrorSchema},
    summary="Cancel a job, or delete one that has ended",
)
def delete_job(request: HttpRequest, job_id: str) -> Status[dict[str, Any] | None]:
    """A job under way is canceled and stays (200); one that has ended is deleted with its files (204)."""
    job = get_object_or_404(_jobs(request), job_id=job_id)
    if job.has_ended:
        submitting.delete(job)
        return Status(204, None)
    now = timezone.now()
    submitting.cancel(job, now)
    return Status(200, _described(request, job, now))


def _file(request: HttpRequest, said: dict[str, str]) -> TakenFile:
    if said.get("upload"):
        return take(said["upload"], _user(request))
    return received_file(request)


def _jobs(request: HttpRequest) -> BatchJobs:
    return BatchJob.objects.visible_to(request.user).select_related("endpoint", "version__model", "owner")


def _computable(request: HttpRequest, job_id: str) -> BatchJob:
    """Return a job for which more may be computed: who may not use its endpoint any more has only what there is."""
    job = get_object_or_404(_jobs(request), job_id=job_id)
    get_object_or_404(Endpoint.objects.visible_to(request.user), pk=job.endpoint_id)
    return job


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The API lets only users through"
    return request.user


def _described(request: HttpRequest, job: BatchJob, now: datetime) -> dict[str, Any]:
    return {**described(job, now), "url": _url(request, job)}


def _started(request: HttpRequest, job: BatchJob) -> dict[str, Any]:
    status = JobStatus.QUEUED if job.status == JobStatus.READING else job.status
    return {"id": job.job_id, "status": status, "url": _url(request, job)}


def _url(request: HttpRequest, job: BatchJob) -> str:
    return request.build_absolute_uri(f"/api/v1/jobs/{job.job_id}")
