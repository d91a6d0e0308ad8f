"""The uploading application."""

from django.apps import AppConfig


class UploadingConfig(AppConfig):
    """Files on their way to a batch job."""

    name = "webapp.uploading"
