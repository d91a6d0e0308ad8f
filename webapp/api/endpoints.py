"""`/api/v1/endpoints`: what the caller may use."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from webapp.api.schemas import EndpointSchema, ErrorSchema
from webapp.endpoints.models import Endpoint
from worker.contract.signature import Signature

router = Router(tags=["endpoints"])


@router.get("", response={200: list[EndpointSchema], 401: ErrorSchema}, summary="List the endpoints that you may use")
def list_endpoints(request: HttpRequest) -> list[dict[str, Any]]:
    """Every endpoint of the caller's groups; all of them for an administrator."""
    endpoints = Endpoint.objects.visible_to(request.user).with_champion()
    return [described(endpoint) for endpoint in endpoints]


@router.get(
    "/{endpoint}",
    response={200: EndpointSchema, 401: ErrorSchema, 404: ErrorSchema},
    summary="Describe an endpoint",
)
def describe_endpoint(request: HttpRequest, endpoint: str) -> dict[str, Any]:
    """The version that answers, and its signature. 404 alike for what is absent and what is not yours."""
    return described(get_object_or_404(Endpoint.objects.visible_to(request.user).with_champion(), name=endpoint))


def described(endpoint: Endpoint) -> dict[str, Any]:
    """Return an endpoint as the API describes it."""
    known: dict[str, Any] = {"name": endpoint.name, "title": endpoint.title}
    champion = endpoint.champion
    if champion is None:
        return {**known, "version": None, "engine": None, "signature": None}
    manifest = champion.version.manifest
    return {
        **known,
        "version": champion.version.number,
        "engine": manifest.engine,
        "signature": described_signature(manifest.signature),
    }


def described_signature(signature: Signature) -> dict[str, Any]:
    """Return a signature as the API describes it."""
    output = signature.output
    features = [
        {
            "name": feature.name,
            "type": feature.type,
            "required": feature.required,
            "minimum": feature.minimum,
            "maximum": feature.maximum,
            "categories": feature.categories,
            "unit": feature.unit,
        }
        for feature in signature.features
    ]
    answer = {"kind": output.kind, "name": output.name, "labels": output.labels, "unit": output.unit}
    return {"features": features, "output": answer}
