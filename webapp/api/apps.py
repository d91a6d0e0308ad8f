"""The api application."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The management API, for programs."""

    name = "webapp.api"
