"""The monitoring application."""

from django.apps import AppConfig

from webapp.celery import app
from webapp.monitoring.watch import Watch


class MonitoringConfig(AppConfig):
    """What becomes of the models' answers, as they are looked at hourly."""

    name = "webapp.monitoring"

    def ready(self) -> None:
        """Let the control worker watch."""
        app.steps["consumer"].add(Watch)
