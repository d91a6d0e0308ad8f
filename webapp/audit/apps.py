"""The application of the audit trail."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from webapp.audit import triggers


class AuditConfig(AppConfig):
    """Listens for what happens to accounts, and sees to it that the database refuses every change of the trail."""

    name = "webapp.audit"
    verbose_name = _("Audit trail")

    def ready(self) -> None:
        """Begin to listen."""
        import_module("webapp.audit.receivers")
        post_migrate.connect(_guard, sender=self)


def _guard(using: str, **_signal: Any) -> None:
    """Install the triggers after each migration: whoever dropped them finds them there again at the next start."""
    triggers.install(connections[using])
