"""What the page of an endpoint shows: how the endpoint is, its form, and the answer to what the address asks."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils import timezone

from webapp.endpoints.liveness import inference_answers
from webapp.endpoints.models import Endpoint
from webapp.endpoints.wording import purpose, state_of, state_sentence
from webapp.predictions import client
from webapp.predictions.about import about
from webapp.predictions.fields import EXAMPLE_PARAMETER, asked_values, caution, example_values, fields_of, row_of
from webapp.predictions.outcome import Outcome, read_outcome
from webapp.predictions.programs import programs
from webapp.predictions.telling import outcome_form
from webapp.trust import authority_of
from worker.contract.manifest import Manifest
from worker.contract.signature import Signature


def endpoint_context(request: HttpRequest, endpoint: Endpoint) -> dict[str, Any]:
    """Return what `predictions/endpoint.html` shows, asking the model where the address holds values."""
    state = state_of(endpoint, is_computing=inference_answers())
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "may_manage": endpoint.may_be_managed_by(request.user),
        "state": state,
        "state_sentence": state_sentence(endpoint, state, timezone.now()),
    }
    if endpoint.champion is None:
        return context
    version = endpoint.champion.version
    asking = _asking(request, endpoint.name, version.manifest)
    outcome: Outcome | None = asking["outcome"]
    if outcome is not None and outcome.is_answer and endpoint.keeps_journal:
        asking["telling"] = outcome_form(endpoint, outcome.request_id, 0, outcome.answer)
    return context | {"version": version, **asking}


def _asking(request: HttpRequest, name: str, manifest: Manifest) -> dict[str, Any]:
    signature = manifest.signature
    asked = asked_values(signature, request.GET)
    example = example_values(signature, manifest.example)
    outcome = _ask(request.user.pk or 0, name, signature, asked) if asked is not None else None
    values = asked if asked is not None else example if EXAMPLE_PARAMETER in request.GET else {}
    problems = (outcome.field_problems if outcome else None) or {}
    to_copy = example if asked is None or problems else asked
    url, authority = request.build_absolute_uri(f"/api/v1/endpoints/{name}/predict"), authority_of(request)
    fields = fields_of(signature, values, problems, is_asked=asked is not None)
    return {
        "outcome": outcome,
        "caution": caution(fields),
        "has_ranges": any(feature.minimum is not None for feature in signature.features),
        "fields": fields,
        "purpose": purpose(signature.output),
        "programs": programs(url, row_of(signature, to_copy), authority=authority),
        "authority": authority,
        "about": about(manifest),
        "link": request.build_absolute_uri(),
        "example_query": f"?{EXAMPLE_PARAMETER}=1",
    }


def _ask(user_id: int, name: str, signature: Signature, values: dict[str, str]) -> Outcome:
    body = msgspec.json.encode({"rows": [row_of(signature, values)]})
    answer = client.predict(user_id, name, body)
    return read_outcome(answer.status, answer.body, signature)
