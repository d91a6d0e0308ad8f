"""What is recorded of alerts' settings, and in which language people read."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import get_language

from webapp.accounts.models import User
from webapp.alerts.digests import remember_language
from webapp.alerts.models import AlertSettings
from webapp.audit.changes import Told, watch_rows
from webapp.audit.models import Action

watch_rows(
    AlertSettings,
    Told(
        names=("owner", "mail", "webhook", "webhook_round", "rules_off", "silent_days", "muted_until"),
        whose=lambda wishes: {"endpoint": wishes.endpoint.name},
        changed=Action.ALERTS_CHANGED,
    ),
)


@receiver(user_logged_in)
def logged_in(user: User, request: HttpRequest | None = None, **_signal: Any) -> None:
    """Remember the language in which somebody logs in."""
    if request is not None:
        remember_language(user, get_language() or "")
