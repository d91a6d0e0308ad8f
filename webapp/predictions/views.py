"""The page on which a person asks an endpoint. It is asked by GET, so that its address reproduces the answer."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from webapp.endpoints.models import Endpoint
from webapp.predictions.endpoint_page import endpoint_context
from webapp.predictions.fields import asked_values, canonical_query


@require_safe
def endpoint(request: HttpRequest, name: str) -> HttpResponse:
    """Show an endpoint's form; when the address holds values, its answer too."""
    found = get_object_or_404(Endpoint.objects.visible_to(request.user).with_champion(), name=name)
    better = _better_address(request, found)
    if better:
        return redirect(better)
    return render(request, "predictions/endpoint.html", endpoint_context(request, found))


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
