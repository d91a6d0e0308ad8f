"""The endpoints application."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EndpointsConfig(AppConfig):
    """Endpoints and deployments; listens for versions that became ready and for changes of who may ask what."""

    name = "webapp.endpoints"
    verbose_name = _("Endpoints")

    def ready(self) -> None:
        """Begin to listen."""
        import_module("webapp.endpoints.receivers")
        import_module("webapp.endpoints.routing_stamp")
