"""`/api/v1/endpoints/{endpoint}/exports`: answered rows with their outcomes, as a file to train on."""

from datetime import datetime
from typing import Any, Final

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from ninja import Field, Router, Schema, Status

from webapp.accounts.models import User
from webapp.api.schemas import ErrorSchema
from webapp.endpoints.access import managed_endpoint
from webapp.retraining import exporting
from webapp.retraining.export_words import notes_of
from webapp.retraining.exporting import Wish
from webapp.retraining.models import Export
from worker.contract.export import ROWS_MAX, ExportFormat

router = Router(tags=["retraining"])

REFUSALS: Final = dict.fromkeys((401, 403, 404), ErrorSchema)


class WishSchema(Schema):
    """Which rows are wanted, and how they are written."""

    format: ExportFormat = ExportFormat.PARQUET
    begins_at: datetime | None = Field(None, alias="from", description="answered from this moment on, ISO 8601")
    ends_at: datetime | None = Field(None, alias="to", description="answered before this moment")
    versions: list[int] = Field([], max_length=100, description="numbers of versions; all, if empty")
    with_truth: bool = Field(default=False, description="only rows whose outcome is known")
    rows: int = Field(ROWS_MAX, description="at most; of more rows so many are drawn by chance")


class ExportSchema(Schema):
    """An export and what came of it; what is null is not known yet."""

    id: str
    status: str = Field(description="asked, done or failed")
    format: str
    asked_at: datetime
    expires_at: datetime
    url: str = Field(description="of the file, once it is done")
    rows: int | None
    matching: int | None = Field(description="rows that are as you want them, of which the file may hold a sample")
    known: int | None = Field(description="rows of the file whose outcome is known")
    size_bytes: int | None
    target: str = Field(description="the column of the outcomes")
    hashed: list[str] = Field(description="columns of hashes, in place of values that the box does not give away")
    notes: list[str] = Field(description="what somebody who trains on the file must know of it")
    reason: str = Field(description="why there is no file, if it failed")
    detail: str


@router.post(
    "/{endpoint}/exports",
    response={202: ExportSchema, **REFUSALS, **dict.fromkeys((400, 409, 429, 503), ErrorSchema)},
    summary="Export answered rows to train on",
)
def ask_for_export(request: HttpRequest, endpoint: str, body: WishSchema) -> Status[dict[str, Any]]:
    """The file is written apart; ask its address how far it is. For whoever manages the endpoint."""
    found = managed_endpoint(_user(request), endpoint)
    wish = Wish(
        format=body.format,
        begins_at=_aware(body.begins_at),
        ends_at=_aware(body.ends_at),
        versions=body.versions,
        with_truth=body.with_truth,
        rows=body.rows,
    )
    return Status(202, _described(exporting.ask(found, wish, _user(request), timezone.now())))


@router.get(
    "/{endpoint}/exports", response={200: list[ExportSchema], **REFUSALS}, summary="List the exports of an endpoint"
)
def list_exports(request: HttpRequest, endpoint: str) -> list[dict[str, Any]]:
    """The newest first; the last ten are kept, for as long as results of jobs."""
    found = managed_endpoint(_user(request), endpoint)
    return [_described(export) for export in found.exports.select_related("endpoint")]


@router.get(
    "/{endpoint}/exports/{export_id}", response={200: ExportSchema, **REFUSALS}, summary="See how far an export is"
)
def describe_export(request: HttpRequest, endpoint: str, export_id: str) -> dict[str, Any]:
    """And what its file holds."""
    return _described(_export(request, endpoint, export_id))


@router.get(
    "/{endpoint}/exports/{export_id}/rows",
    response={200: None, **REFUSALS, 409: ErrorSchema},
    summary="Download the file of an export",
)
def download_export(request: HttpRequest, endpoint: str, export_id: str) -> FileResponse | HttpResponse:
    """Whole or, with `Range`, in part."""
    return exporting.download(_export(request, endpoint, export_id))


def _export(request: HttpRequest, endpoint: str, export_id: str) -> Export:
    found = managed_endpoint(_user(request), endpoint)
    return get_object_or_404(Export.objects.select_related("endpoint"), endpoint=found, export_id=export_id)


def _described(export: Export) -> dict[str, Any]:
    outcome = export.outcome
    with translation.override("en"):  # as every answer of the API
        notes = list(notes_of(outcome)) if outcome is not None and export.has_file else []
    return {
        "id": export.export_id,
        "status": export.stage,
        "format": export.request.format.value,
        "asked_at": export.asked_at,
        "expires_at": export.expires_at,
        "url": f"/api/v1/endpoints/{export.endpoint.name}/exports/{export.export_id}/rows",
        "rows": None if outcome is None else outcome.rows,
        "matching": None if outcome is None else outcome.matching,
        "known": None if outcome is None else outcome.known,
        "size_bytes": None if outcome is None else outcome.size_bytes,
        "target": "" if outcome is None else outcome.target,
        "hashed": [] if outcome is None else list(outcome.hashed),
        "notes": notes,
        "reason": "" if outcome is None or outcome.reason is None else str(outcome.reason),
        "detail": "" if outcome is None else outcome.detail,
    }


def _aware(moment: datetime | None) -> datetime | None:
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The API lets nobody in without an account"
    return request.user
