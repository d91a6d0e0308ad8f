"""Asks the data plane for files of answered rows, takes in what came of that, and deletes them in time."""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from kombu.exceptions import OperationalError

from webapp import spooled
from webapp.accounts.models import User
from webapp.audit.models import Action, AuditEvent, Entry
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion
from webapp.retraining.errors import (
    ChoiceWrongError,
    ExportNotReadyError,
    NotAskedError,
    NothingServedError,
    TooManyAskedError,
)
from webapp.retraining.models import Export
from worker.contract import names
from worker.contract.export import DIRECTORY, FILE, ROWS_MAX, ExportFormat, ExportOutcome, ExportRequest

logger = logging.getLogger(__name__)

UNDER_WAY_MAX: Final = 2
KEPT_MAX: Final = 10
"""Of one endpoint; the oldest go first."""

SENT_BY_PROXY: Final = "/-/exports/{export}/{file}"
TYPES: Final = {
    ExportFormat.CSV: "text/csv",
    ExportFormat.PARQUET: "application/vnd.apache.parquet",
    ExportFormat.CAPTURE: "application/jsonl",
    ExportFormat.GROUND_TRUTH: "application/jsonl",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Which rows somebody wants. Without `versions` those of all; `begins_at` and `ends_at` bound when they came."""

    format: ExportFormat = ExportFormat.PARQUET
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    versions: Sequence[int] = ()
    with_truth: bool = False
    rows: int = ROWS_MAX


def served(endpoint: Endpoint) -> list[ModelVersion]:
    """Return the versions that ever stood behind the endpoint, the newest first."""
    found = ModelVersion.objects.filter(deployments__endpoint=endpoint).select_related("model")
    return list(found.distinct().order_by("-pk"))


def ask(endpoint: Endpoint, wish: Wish, by: User, now: datetime) -> Export:
    """Ask for a file. Raise RetrainingError for what cannot be, and NotAskedError if Redis does not take that."""
    champion = endpoint.champion
    if champion is None:
        raise NothingServedError(endpoint.name)
    if endpoint.exports.under_way(now).count() >= UNDER_WAY_MAX:
        raise TooManyAskedError(UNDER_WAY_MAX)
    request = _request(endpoint, champion.version, wish, now)
    _make_room(endpoint)
    with transaction.atomic():
        export = Export.objects.create(
            export_id=request.export_id,
            endpoint=endpoint,
            asked_by=by,
            asked_at=now,
            expires_at=now + timedelta(days=settings.JOB_DAYS),
            request_json=msgspec.to_builtins(request),
        )
        told = {"format": request.format.value, "rows_at_most": request.rows_max}
        AuditEvent.objects.record(Entry(action=Action.EXPORTED, by=by, endpoint=endpoint.name, after=told))
    place(export).mkdir(mode=0o770, parents=True)
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_EXPORT_ROWS, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        delete(export)
        raise NotAskedError from error
    return export


def _request(endpoint: Endpoint, version: ModelVersion, wish: Wish, now: datetime) -> ExportRequest:
    if not 1 <= wish.rows <= ROWS_MAX:
        msg = f"{wish.rows} is not between 1 and {ROWS_MAX:,}."
        raise ChoiceWrongError("rows", msg)
    if wish.begins_at is not None and wish.ends_at is not None and wish.begins_at >= wish.ends_at:
        msg = f"{wish.ends_at:%Y-%m-%d} is not after {wish.begins_at:%Y-%m-%d}."
        raise ChoiceWrongError("to", msg)
    known = {each.number: each.digest for each in served(endpoint)}
    for number in wish.versions:
        if number not in known:
            msg = f"version {number} never stood behind '{endpoint.name}'."
            raise ChoiceWrongError("versions", msg)
    return ExportRequest(
        export_id=uuid4().hex,
        endpoint=endpoint.name,
        digest=version.digest,
        format=wish.format,
        first_ms=_ms(wish.begins_at) if wish.begins_at else 0,
        end_ms=min(_ms(wish.ends_at), _ms(now)) if wish.ends_at else _ms(now),
        digests=tuple(known[number] for number in wish.versions),
        with_truth=wish.with_truth,
        rows_max=wish.rows,
        hashed=tuple(endpoint.hashed_features),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def record(outcome: ExportOutcome) -> None:
    """Take in what came of an export. A file that nobody waits for (any more) is deleted."""
    export = Export.objects.filter(export_id=outcome.export_id).first()
    if export is None or not export.mark_answered(outcome):
        logger.warning("Nobody waits for export %s; it is dropped.", outcome.export_id)


def place(export: Export) -> Path:
    """Return the directory of an export."""
    return Path(settings.SPOOL_DIR) / DIRECTORY / export.export_id


def download(export: Export) -> FileResponse | HttpResponse:
    """Return the file, sent by the proxy where there is one. Raise ExportNotReadyError if there is none."""
    if not export.has_file:
        raise ExportNotReadyError
    try:
        file = spooled.opened(place(export) / FILE)
    except FileNotFoundError as error:
        raise ExportNotReadyError from error
    kind = TYPES[export.request.format]
    if not settings.IS_BEHIND_PROXY:
        return FileResponse(file, as_attachment=True, filename=export.file_name, content_type=kind)
    file.close()
    disposition = content_disposition_header(as_attachment=True, filename=export.file_name) or ""
    where = SENT_BY_PROXY.format(export=export.export_id, file=FILE)
    return HttpResponse(content_type=kind, headers={"X-Accel-Redirect": where, "Content-Disposition": disposition})


def delete(export: Export) -> None:
    """Delete an export and its file."""
    shutil.rmtree(place(export), ignore_errors=True)
    export.delete()


def clear(now: datetime) -> None:
    """Delete what has expired, and directories that belong to no export: those of an endpoint that is gone."""
    for export in Export.objects.filter(expires_at__lte=now):
        delete(export)
    known = set(Export.objects.values_list("export_id", flat=True))
    for directory in (Path(settings.SPOOL_DIR) / DIRECTORY).glob("*"):
        if directory.name not in known and now.timestamp() - directory.stat().st_mtime > LEFT_OVER_S:
            shutil.rmtree(directory, ignore_errors=True)


LEFT_OVER_S: Final = 3600.0
"""A directory without an export may be one that is being made."""


def _make_room(endpoint: Endpoint) -> None:
    for export in endpoint.exports.all()[KEPT_MAX - 1 :]:
        delete(export)
