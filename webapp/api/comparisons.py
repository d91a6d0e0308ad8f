"""`/api/v1/models/{model}/compare`: how the answers of two versions differ."""

from typing import Any, Final

import msgspec
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone, translation
from ninja import Field, Query, Router, Schema, Status

from webapp.api.schemas import ErrorSchema
from webapp.catalogue.comparison_words import answers_sentence, reason_words
from webapp.catalogue.signature_changes import signature_changes
from webapp.registry.comparing import comparable, compare, compare_again
from webapp.registry.comparisons import Stage, VersionComparison
from webapp.registry.models import ModelVersion, RegisteredModel

router = Router(tags=["models"])

REFUSALS: Final = dict.fromkeys((401, 404, 503), ErrorSchema)


class PairSchema(Schema):
    """Two versions of one model, in either order."""

    older: int = Field(alias="from")
    newer: int = Field(alias="to")


class ComparisonSchema(Schema):
    """How far a comparison is and what came of it; the older version is `old`, the newer `new`."""

    model: str
    old: int
    new: int
    status: str = Field(description="comparing, compared or failed")
    sentence: str = Field(description="how the answers differ, or why they cannot be compared")
    detail: str = Field(description="what a library said of it, if it failed")
    signature: list[str] = Field(description="what parts the signatures, in sentences")
    answers: dict[str, Any] | None = Field(
        description="rows, different, gap_mean, gap_max, quality of both with the interval of the difference, "
        "answers (labels, old by new), most (the rows that differ most)"
    )


@router.get(
    "/{model}/compare",
    response={200: ComparisonSchema, 202: ComparisonSchema, **REFUSALS},
    summary="Compare two versions",
)
def compare_versions(request: HttpRequest, model: str, pair: Query[PairSchema]) -> Status[dict[str, Any]]:
    """Ask once, then tell what came of it: 202 while they are being compared, then 200."""
    versions = _pair(request, model, pair)
    return _described(compare(*versions, timezone.now()), versions)


@router.post(
    "/{model}/compare",
    response={200: ComparisonSchema, 202: ComparisonSchema, **REFUSALS},
    summary="Compare two versions again",
)
def compare_versions_again(request: HttpRequest, model: str, pair: Query[PairSchema]) -> Status[dict[str, Any]]:
    """Forget what came of it and ask again, unless they are being compared."""
    versions = _pair(request, model, pair)
    asked = compare(*versions, timezone.now())
    compare_again(asked, timezone.now())
    return _described(asked, versions)


def _pair(request: HttpRequest, name: str, pair: PairSchema) -> tuple[ModelVersion, ModelVersion]:
    """Return the versions, the older first. What is no pair of versions with files is absent."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    found = [version for version in comparable(model) if version.number in {pair.older, pair.newer}]
    if len(found) != 2:
        raise Http404
    return found[1], found[0]


def _described(asked: VersionComparison, pair: tuple[ModelVersion, ModelVersion]) -> Status[dict[str, Any]]:
    old, new = pair
    with translation.override("en"):  # as every answer of the API
        described = {
            "model": new.model.name,
            "old": old.number,
            "new": new.number,
            "status": asked.stage,
            "sentence": _sentence(asked, old.number, new.number),
            "detail": asked.detail,
            "signature": signature_changes(old.manifest.signature, new.manifest.signature),
            "answers": msgspec.to_builtins(asked.compared),
        }
    return Status(202 if asked.stage == Stage.COMPARING else 200, described)


def _sentence(asked: VersionComparison, old: int, new: int) -> str:
    if asked.compared is not None:
        return answers_sentence(asked.compared, old, new)
    return (reason_words(asked.reason) or asked.reason.template) if asked.reason is not None else ""
