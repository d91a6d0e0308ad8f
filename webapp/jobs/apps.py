"""The application of batch jobs."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from webapp.celery import app
from webapp.jobs.steward import Steward


class JobsConfig(AppConfig):
    """Files in, the same files with predictions out."""

    name = "webapp.jobs"
    verbose_name = _("Jobs")

    def ready(self) -> None:
        """Have the control worker look after the jobs."""
        app.steps["consumer"].add(Steward)
