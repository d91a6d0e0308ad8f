"""Addresses of the alerts."""

from django.urls import path

from webapp.alerts import settings_views, views

urlpatterns = [
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<int:pk>/", views.alert, name="alert"),
    path("endpoints/<slug:name>/alerts/", settings_views.alert_settings, name="alert_settings"),
]
