"""The page of an endpoint's health, for those who manage it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webapp.endpoints.access import managed_endpoint
from webapp.monitoring.health import health_context
from webapp.monitoring.running import RunNotSentError, ask


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def health(request: HttpRequest, name: str) -> HttpResponse:
    """Show how right the endpoint still is; asked by POST, look again."""
    endpoint = managed_endpoint(request.user, name)
    champion = endpoint.champion
    if champion is None:
        return render(request, "monitoring/health.html", {"endpoint": endpoint})
    if request.method == "POST":
        try:
            ask(endpoint, champion.version, timezone.now())
        except RunNotSentError:
            context = health_context(champion) | {"is_away": True}
            return render(request, "monitoring/health.html", context, status=503)
        return redirect("endpoint_health", name=endpoint.name)
    return render(request, "monitoring/health.html", health_context(champion))
