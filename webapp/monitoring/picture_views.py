"""The files of an endpoint's health, the page of one feature, and the report of a month, for those who manage it."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.endpoints.access import managed_endpoint
from webapp.endpoints.models import Endpoint
from webapp.monitoring.feature_health import bin_lines, feature_context
from webapp.monitoring.history_files import FILES, lines
from webapp.monitoring.month import Month, month_context
from webapp.registry.models import ModelVersion


@require_safe
@never_cache
def health_file(request: HttpRequest, name: str, kind: str) -> StreamingHttpResponse:
    """Hand out the figures of one kind, window by window."""
    endpoint, version = _looked_at(request, name)
    if kind not in FILES:
        raise Http404
    return _csv(lines(endpoint, version, kind), f"{endpoint.name}-{kind}.csv")


@require_safe
@never_cache
def feature_health(request: HttpRequest, name: str, at: int) -> HttpResponse:
    """Show the history of one feature, by its place among those of the version."""
    endpoint, version = _looked_at(request, name)
    context = feature_context(endpoint, version, at)
    return render(request, "monitoring/feature.html", context)


@require_safe
@never_cache
def feature_file(request: HttpRequest, name: str, at: int) -> StreamingHttpResponse:
    """Hand out how many rows are in each bin of a feature, in each window and in the reference data."""
    endpoint, version = _looked_at(request, name)
    return _csv(bin_lines(endpoint, version, at), f"{endpoint.name}-feature-{at}.csv")


@require_safe
@never_cache
def month_report(request: HttpRequest, name: str, month: str) -> HttpResponse:
    """Show what a month was like, to be printed."""
    endpoint = managed_endpoint(request.user, name)
    asked = Month.read(month)
    if asked is None or asked.begins_at > timezone.now():
        raise Http404
    return render(request, "monitoring/month.html", month_context(endpoint, asked))


def _looked_at(request: HttpRequest, name: str) -> tuple[Endpoint, ModelVersion]:
    """Return an endpoint that the person manages, and its champion's version; Http404 where there is none."""
    endpoint = managed_endpoint(request.user, name)
    champion = endpoint.champion
    if champion is None:
        raise Http404
    return endpoint, champion.version


def _csv(made: Iterator[str], file_name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(made, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response
