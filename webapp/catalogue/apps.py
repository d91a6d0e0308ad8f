"""The catalogue application."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Pages about models, for those who publish them."""

    name = "webapp.catalogue"
