"""The accounts application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "webapp.accounts"
