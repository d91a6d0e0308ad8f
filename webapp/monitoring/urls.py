"""Addresses of an endpoint's health."""

from django.urls import path

from webapp.monitoring import health_views, picture_views

urlpatterns = [
    path("endpoints/<slug:name>/health/", health_views.health, name="endpoint_health"),
    path("endpoints/<slug:name>/health/<slug:kind>.csv", picture_views.health_file, name="health_file"),
    path("endpoints/<slug:name>/health/features/<int:at>/", picture_views.feature_health, name="feature_health"),
    path("endpoints/<slug:name>/health/features/<int:at>/bins.csv", picture_views.feature_file, name="feature_file"),
    path("endpoints/<slug:name>/report/<slug:month>/", picture_views.month_report, name="month_report"),
]
