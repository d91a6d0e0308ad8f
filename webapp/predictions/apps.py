"""The predictions application."""

from django.apps import AppConfig


class PredictionsConfig(AppConfig):
    """Pages on which a person asks a model."""

    name = "webapp.predictions"
