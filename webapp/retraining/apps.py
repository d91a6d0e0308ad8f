"""The application of retraining."""

from django.apps import AppConfig

from webapp.celery import app
from webapp.retraining.upkeep import Upkeep


class RetrainingConfig(AppConfig):
    """Rows to train on, replays, and the tracking server."""

    name = "webapp.retraining"

    def ready(self) -> None:
        """Let the control worker delete what has expired, and hear of rows that a person had deleted."""
        # Models cannot be imported before the applications are there.
        from webapp.retraining.forgetting import listen  # noqa: PLC0415  # as above

        listen()
        app.steps["consumer"].add(Upkeep)
