"""The endpoints application."""

from importlib import import_module

from django.apps import AppConfig


class EndpointsConfig(AppConfig):
    """Endpoints and deployments; listens for versions that became ready and for changes of who may ask what."""

    name = "webapp.endpoints"

    def ready(self) -> None:
        """Begin to listen."""
        import_module("webapp.endpoints.receivers")
        import_module("webapp.endpoints.routing_stamp")
