"""Addresses of the endpoints' pages."""

from django.urls import path

from webapp.endpoints import views

urlpatterns = [path("", views.home, name="home")]
