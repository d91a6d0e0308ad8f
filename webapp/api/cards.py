"""`/api/v1/models/{model}/card`: the card of a model, for whoever may ask it or looks after it."""

from typing import Any, Final

import msgspec
from django.http import Http404, HttpRequest
from django.utils import translation
from ninja import Router

from webapp.api.endpoints import described_signature
from webapp.api.model_schemas import CardSchema
from webapp.api.schemas import ErrorSchema
from webapp.catalogue.card import facts_of, known_to
from webapp.registry.models import CARD_TEXTS, ModelVersion

router = Router(tags=["models"])

NO_FACTS: Final[dict[str, Any]] = {
    **dict.fromkeys(("version", "published_by", "published_at", "artifact_sha256", "engine", "estimator", "signature")),
    "made_with": {},
    "summary": "",
    "quality": [],
    "quality_rows": 0,
    "measured_limits": [],
}


@router.get(
    "/{model}/card",
    response={200: CardSchema, 401: ErrorSchema, 404: ErrorSchema},
    summary="Read the card of a model",
)
def read_card(request: HttpRequest, model: str) -> dict[str, Any]:
    """What was measured of the champion, and what its people wrote. 404 alike for what is absent and not yours."""
    known = known_to(request.user, model)
    if known is None:
        raise Http404
    found = known.version
    described = {
        "model": known.model.name,
        "title": known.model.title,
        "description": known.model.description,
        **{name: getattr(known.model, name) for name in CARD_TEXTS},
        "owner": known.model.owner.username,
        "endpoints": [endpoint.name for endpoint in known.endpoints],
    }
    with translation.override("en"):  # as every answer of the API
        return described | (_facts(found) if found else NO_FACTS)


def _facts(version: ModelVersion) -> dict[str, Any]:
    manifest = version.manifest
    facts = facts_of(manifest)
    return {
        "version": version.number,
        "published_by": version.created_by.username,
        "published_at": version.created_at,
        "artifact_sha256": version.artifact_sha256,
        "engine": manifest.engine,
        "estimator": manifest.estimator,
        "made_with": manifest.made_with,
        "summary": f"{facts.predicts} {facts.how_good}",
        "signature": described_signature(manifest.signature),
        "quality": msgspec.to_builtins(manifest.quality),
        "quality_rows": manifest.quality_rows,
        "measured_limits": [*facts.limits, *(remark.words for remark in facts.remarks)],
    }
