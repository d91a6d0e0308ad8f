"""The application of batch jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Files in, the same files with predictions out."""

    name = "webapp.jobs"
