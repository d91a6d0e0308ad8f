"""Addresses of the API. It judges by itself who asks, so that programs get 401 and not a log-in page."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, include, path

from webapp.api import health_metrics, views
from webapp.api.application import make_api

_patterns, _application, _namespace = make_api().urls
for _pattern in _patterns:
    assert isinstance(_pattern, URLPattern), "django-ninja makes flat patterns"
    _pattern.callback = login_not_required(_pattern.callback)

urlpatterns = [
    path("api/", views.programs, name="programs"),
    path("metrics/health", health_metrics.health_metrics, name="health_metrics"),
    path("api/v1/", include((_patterns, _application), namespace=_namespace)),
]
