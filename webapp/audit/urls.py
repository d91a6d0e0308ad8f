"""Addresses of the audit trail."""

from django.urls import path

from webapp.audit import views

urlpatterns = [
    path("audit/", views.trail, name="audit"),
    path("audit/events.csv", views.trail_csv, name="audit_csv"),
]
