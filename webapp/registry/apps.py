"""The registry application."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Registered models, their versions and the model store."""

    name = "webapp.registry"
