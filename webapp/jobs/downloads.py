"""The files of jobs on their way out."""

import re
from pathlib import Path, PurePath
from typing import Final

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header

from webapp import spooled
from webapp.jobs import files
from webapp.jobs.errors import InputGoneError, InputLostError, JobStateError
from webapp.jobs.models import BatchJob, Status
from worker.contract.batch import FileFormat

TYPES: Final = {
    FileFormat.CSV: "text/csv",
    FileFormat.JSONL: "application/jsonl",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
}
SUFFIXES: Final = re.compile(
    r"(\.(csv|tsv|txt|tab|jsonl|ndjson|json|xlsx|xlsm|parquet|pq))?(\.(gz|zip))?$", re.IGNORECASE
)

SENT_BY_PROXY: Final = "/-/results/{job}/{file}"
"""Where the front of an installed box finds the files of jobs; nobody outside may ask for it."""

Sent = FileResponse | HttpResponse


def result(job: BatchJob) -> Sent:
    """Return the finished file. Raise JobStateError while there is none, InputGoneError when it was deleted."""
    _require(job)
    return _file(files.result(job), name_of(job, "predictions"), FileFormat(job.result_format))


def wrong_rows(job: BatchJob) -> Sent:
    """Return the rows that were not answered. Raise JobStateError if there are none."""
    _require(job)
    if not job.wrong_rows_bytes or job.understanding is None:
        raise JobStateError("asked for wrong rows", "without any")
    return _file(files.wrong_rows(job), name_of(job, "wrong rows", is_result=False), job.understanding.format)


def name_of(job: BatchJob, what: str, *, is_result: bool = True) -> str:
    """Return what a file of the job is called: as the one that came, with what it is."""
    came = SUFFIXES.search(job.file_name)
    stem = job.file_name[: came.start()] if came else job.file_name
    came_as = (came[1] or "") if came else ""
    written = job.result_format if is_result or job.understanding is None else job.understanding.format.value
    is_same = job.understanding is not None and written == job.understanding.format
    suffix = came_as if is_same and came_as and came_as.lower() != ".xlsm" else f".{written}"
    return f"{PurePath(stem).name or 'rows'} {what}{suffix}"


def _require(job: BatchJob) -> None:
    if job.status != Status.SUCCEEDED:
        raise JobStateError("downloaded", job.status)
    if not job.has_files:
        raise InputLostError if job.has_lost_files else InputGoneError


def _file(path: Path, name: str, file_format: FileFormat) -> Sent:
    try:
        file = spooled.opened(path)
    except FileNotFoundError as error:
        raise InputGoneError from error
    if settings.IS_BEHIND_PROXY:
        file.close()
        return _sent_by_proxy(path, name, file_format)
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[file_format])


def _sent_by_proxy(path: Path, name: str, file_format: FileFormat) -> HttpResponse:
    """Return the answer by which the proxy sends the file itself, whole or in part: no process of ours is busy then."""
    where = SENT_BY_PROXY.format(job=path.parent.name, file=path.name)
    disposition = content_disposition_header(as_attachment=True, filename=name) or ""
    headers = {"X-Accel-Redirect": where, "Content-Disposition": disposition}
    return HttpResponse(content_type=TYPES[file_format], headers=headers)
