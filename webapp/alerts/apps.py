"""The application of alerts."""

from importlib import import_module

from django.apps import AppConfig

from webapp.alerts.clock import AlertClock
from webapp.celery import app


class AlertsConfig(AppConfig):
    """Tells people what they should look at."""

    name = "webapp.alerts"

    def ready(self) -> None:
        """Begin to listen, and let the control worker look at the clock."""
        import_module("webapp.alerts.receivers")
        app.steps["consumer"].add(AlertClock)
