"""The page on which a person asks an endpoint. It is asked by GET, so that its address reproduces the answer."""

from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from webapp.endpoints.liveness import inference_answers
from webapp.endpoints.models import Endpoint
from webapp.endpoints.wording import purpose, state_of, state_sentence
from webapp.predictions import client
from webapp.predictions.about import about
from webapp.predictions.fields import (
    EXAMPLE_PARAMETER,
    asked_values,
    canonical_query,
    caution,
    example_values,
    fields_of,
    row_of,
)
from webapp.predictions.outcome import Outcome, read_outcome
from webapp.predictions.programs import programs
from worker.contract.manifest import Manifest
from worker.contract.signature import Signature


@require_safe
def endpoint(request: HttpRequest, name: str) -> HttpResponse:
    """Show an endpoint's form; when the address holds values, its answer too."""
    found = get_object_or_404(Endpoint.objects.visible_to(request.user).with_champion(), name=name)
    better = _better_address(request, found)
    if better:
        return redirect(better)
    state = state_of(found, is_computing=inference_answers())
    context: dict[str, Any] = {
        "endpoint": found,
        "may_manage": found.may_be_managed_by(request.user),
        "state": state,
        "state_sentence": state_sentence(found, state, timezone.now()),
    }
    if found.champion is not None:
        context |= {"version": found.champion.version, **_asking(request, name, found.champion.version.manifest)}
    return render(request, "predictions/endpoint.html", context)


def _better_address(request: HttpRequest, endpoint: Endpoint) -> str:
    """Return the address that means the same in every language; nothing when it is this one."""
    signature = endpoint.champion.version.manifest.signature if endpoint.champion else None
    asked = asked_values(signature, request.GET) if signature else None
    if signature is None or asked is None:
        return ""
    canonical = canonical_query(signature, asked)
    if all(request.GET.get(parameter, "") == value for parameter, value in canonical.items()):
        return ""
    query = QueryDict(mutable=True)
    query.update(canonical)
    return f"{request.path}?{query.urlencode()}"


def _asking(request: HttpRequest, name: str, manifest: Manifest) -> dict[str, Any]:
    signature = manifest.signature
    asked = asked_values(signature, request.GET)
    example = example_values(signature, manifest.example)
    outcome = _ask(request.user.pk or 0, name, signature, asked) if asked is not None else None
    values = asked if asked is not None else example if EXAMPLE_PARAMETER in request.GET else {}
    problems = (outcome.field_problems if outcome else None) or {}
    to_copy = example if asked is None or problems else asked
    url = request.build_absolute_uri(f"/api/v1/endpoints/{name}/predict")
    fields = fields_of(signature, values, problems, is_asked=asked is not None)
    return {
        "outcome": outcome,
        "caution": caution(fields),
        "has_ranges": any(feature.minimum is not None for feature in signature.features),
        "fields": fields,
        "purpose": purpose(signature.output),
        "programs": programs(url, row_of(signature, to_copy)),
        "about": about(manifest),
        "link": request.build_absolute_uri(),
        "example_query": f"?{EXAMPLE_PARAMETER}=1",
    }


def _ask(user_id: int, name: str, signature: Signature, values: dict[str, str]) -> Outcome:
    body = msgspec.json.encode({"rows": [row_of(signature, values)]})
    answer = client.predict(user_id, name, body)
    return read_outcome(answer.status, answer.body, signature)
