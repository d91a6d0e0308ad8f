"""`/api/v1/models`: models and their versions, for those who publish them."""

from typing import Any, Final

import msgspec
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import translation
from ninja import Router, Status

from webapp.accounts.models import User
from webapp.api.endpoints import described_signature
from webapp.api.model_schemas import ModelSchema, PublishedSchema, VersionSchema
from webapp.api.schemas import ErrorSchema
from webapp.registry.errors import SubmissionWrongError
from webapp.registry.forms import SubmissionForm, filled_in
from webapp.registry.models import ModelVersion, RegisteredModel, RegisteredModels
from webapp.registry.publishing import publish
from worker.contract.manifest import Manifest

router = Router(tags=["models"])

FILE: Final = {"type": "string", "format": "binary"}
TEXT: Final = {"type": "string"}
TEXTS: Final = ("target", "notes", "positive_label", "mlflow_run", "title", "description", "output_name", "output_unit")
PUBLICATION: Final = {
    "type": "object",
    "required": ["artifact", "reference"],
    "properties": {
        "artifact": FILE | {"description": "the model's file"},
        "reference": FILE | {"description": "CSV or Parquet: rows as callers send them, and the target"},
        **dict.fromkeys(TEXTS, TEXT),
        "units": TEXT | {"description": "a JSON object, or feature=unit, as often as needed"},
        "categories": TEXT | {"description": "a JSON list of columns whose values are categories"},
        "text": TEXT | {"description": "a JSON list of columns whose values are free text"},
        "deploy": TEXT | {"enum": ["", "champion"], "description": "what it becomes once it is ready"},
    },
}
REFUSALS: Final = {401: ErrorSchema, 404: ErrorSchema}


@router.get("", response={200: list[ModelSchema], 401: ErrorSchema}, summary="List the models that you manage")
def list_models(request: HttpRequest) -> list[dict[str, Any]]:
    """Those that the caller owns or maintains; all of them for an administrator."""
    return [described_model(request, model) for model in _models(request).with_newest_version()]


@router.get("/{model}", response={200: ModelSchema, **REFUSALS}, summary="Describe a model")
def describe_model(request: HttpRequest, model: str) -> dict[str, Any]:
    """The model and its newest version. 404 alike for what is absent and what is not yours."""
    return described_model(request, get_object_or_404(_models(request), name=model))


@router.get("/{model}/versions", response={200: list[VersionSchema], **REFUSALS}, summary="List a model's versions")
def list_versions(request: HttpRequest, model: str) -> list[dict[str, Any]]:
    """The newest first."""
    found = get_object_or_404(_models(request), name=model)
    versions = found.versions.select_related("model", "created_by")
    return [described_version(request, version) for version in versions]


@router.get("/{model}/versions/{number}", response={200: VersionSchema, **REFUSALS}, summary="Describe a version")
def describe_version(request: HttpRequest, model: str, number: int) -> dict[str, Any]:
    """Its status, and once it is ready what inspection found."""
    found = get_object_or_404(_models(request), name=model)
    return described_version(request, get_object_or_404(found.versions, number=number))


@router.post(
    "/{model}/versions",
    response={202: PublishedSchema, **REFUSALS, **dict.fromkeys((400, 403, 409, 413, 503, 507), ErrorSchema)},
    summary="Publish a version",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": PUBLICATION}}}},
)
def publish_version(request: HttpRequest, model: str) -> Status[dict[str, Any]]:
    """Hand in a model with its reference data. The version is inspected; ask its `url` for the outcome.

    The same files with the same words are the same version: the answer tells its present status.
    """
    assert isinstance(request.user, User), "The API lets only users through"
    with translation.override("en"):  # as every answer of the API
        form = filled_in(SubmissionForm, request)
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise SubmissionWrongError(name, str(errors[0]))
    version = publish(request.user, form.submission(model))
    return Status(202, {**_named(request, version), "status": version.status, "known": version.was_known})


def described_model(request: HttpRequest, model: RegisteredModel) -> dict[str, Any]:
    """Return a model as the API describes it."""
    newest = model.newest_version
    return {
        "name": model.name,
        "title": model.title,
        "description": model.description,
        "owner": model.owner.username,
        "maintainers": [user.username for user in model.maintainers.all()],
        "url": request.build_absolute_uri(f"/api/v1/models/{model.name}"),
        "newest_version": described_version(request, newest) if newest else None,
    }


def described_version(request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
    """Return a version as the API describes it."""
    return {
        **_named(request, version),
        "status": version.status,
        "reason": version.reason,
        "hint": version.hint,
        "notes": version.notes,
        "published_by": version.created_by.username,
        "published_at": version.created_at,
        "artifact_sha256": version.artifact_sha256,
        "reference_sha256": version.reference_sha256,
        **_found(version.manifest if version.manifest_json is not None else None),
    }


def _found(manifest: Manifest | None) -> dict[str, Any]:
    if manifest is None:
        nothing = dict.fromkeys(("format", "engine", "engine_reason", "signature", "report"))
        return {**nothing, "mlflow_run": "", "quality": [], "quality_rows": 0}
    return {
        "format": manifest.format,
        "engine": manifest.engine,
        "engine_reason": manifest.engine_reason,
        "mlflow_run": manifest.mlflow_run,
        "signature": described_signature(manifest.signature),
        "quality": msgspec.to_builtins(manifest.quality),
        "quality_rows": manifest.quality_rows,
        "report": msgspec.to_builtins(manifest.report),
    }


def _named(request: HttpRequest, version: ModelVersion) -> dict[str, Any]:
    name, number = version.model.name, version.number
    url = request.build_absolute_uri(f"/api/v1/models/{name}/versions/{number}")
    return {"model": name, "version": number, "url": url}


def _models(request: HttpRequest) -> RegisteredModels:
    found = RegisteredModel.objects.visible_to(request.user)
    return found.select_related("owner").prefetch_related("maintainers")
