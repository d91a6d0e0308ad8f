"""A key for one prediction, with which the host plane asks as a client does, and which is deleted right after."""

from datetime import datetime, timedelta
from typing import Any, Final

from webapp.accounts.models import ApiKey, ApiKeys, Role, User
from webapp.audit.origin import own_check
from webapp.endpoints.models import Deployment

LABEL: Final = "one prediction of bastide doctor"
LEFT_BEHIND: Final = timedelta(minutes=5)
"""So old, a canary's key belongs to a doctor that was ended in between."""


def make(now: datetime) -> dict[str, Any]:
    """Return what one prediction is asked with; nothing where nobody could ask or nothing is deployed."""
    end_left_over(now)
    admin = User.objects.filter(role=Role.ADMIN, is_active=True).order_by("pk").first()
    live = Deployment.objects.serving() & Deployment.objects.live_champions()
    champion = live.order_by("endpoint__name").first()
    if admin is None or champion is None:
        return {}
    with own_check():
        key, text = ApiKey.objects.create_key(admin, LABEL, is_check=True)
    return {
        "key_id": key.pk,
        "key": text,
        "endpoint": champion.endpoint.name,
        "row": champion.version.manifest.example,
    }


def end(key_id: int) -> bool:
    """Delete a canary's key, and no other. Return whether there was one."""
    with own_check():
        return bool(_canaries().filter(pk=key_id).delete()[0])


def end_left_over(now: datetime) -> int:
    """Delete the keys of canaries that nobody asks with any more. Return how many."""
    with own_check():
        return int(_canaries().filter(created_at__lt=now - LEFT_BEHIND).delete()[0])


def _canaries() -> ApiKeys:
    return ApiKey.objects.of_checks()
