"""The application of the box's own page."""

from django.apps import AppConfig


class BoxConfig(AppConfig):
    """The box's own figures and the state of its services."""

    name = "webapp.box"
