"""The application of recorded rows."""

from django.apps import AppConfig

from webapp.celery import app
from webapp.records.upkeep import Upkeep


class RecordsConfig(AppConfig):
    """What is done with the rows of the journal, each by itself."""

    name = "webapp.records"

    def ready(self) -> None:
        """Let the control worker give up what waits for nobody."""
        app.steps["consumer"].add(Upkeep)
