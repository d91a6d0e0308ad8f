"""The monitoring application."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """The box's own figures and the state of its services."""

    name = "webapp.monitoring"
