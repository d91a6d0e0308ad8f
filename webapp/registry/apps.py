"""The registry application."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Registered models, their versions and the model store."""

    name = "webapp.registry"
    verbose_name = _("Registry")

    def ready(self) -> None:
        """Begin to record who maintains which model."""
        import_module("webapp.registry.receivers")
