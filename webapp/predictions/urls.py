"""Addresses of the pages on which a person asks a model."""

from django.urls import path

from webapp.predictions import views

urlpatterns = [path("endpoints/<slug:name>/", views.endpoint, name="endpoint")]
