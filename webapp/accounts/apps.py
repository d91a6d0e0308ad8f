"""The accounts application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Users, roles and API keys."""

    name = "webapp.accounts"
    verbose_name = _("Accounts")
