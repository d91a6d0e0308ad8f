"""The registry application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Registered models, their versions and the model store."""

    name = "webapp.registry"
    verbose_name = _("Registry")
