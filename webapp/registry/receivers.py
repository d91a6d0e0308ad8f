"""What the registry does when accounts change, and what it records of who may do what."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from webapp.accounts.models import User
from webapp.audit.memberships import access, watch
from webapp.registry.models import RegisteredModel
from webapp.registry.publishing import inspect_without_pickles

watch(RegisteredModel.maintainers.through, "maintainers", lambda model: access(model=model.name))


@receiver(post_save, sender=User)
def stop_opening_pickles(instance: User, **_signal: Any) -> None:
    """Open no pickle any more, not even one that waits, of somebody who may not publish them now."""
    if not instance.has_pickles_opened:
        transaction.on_commit(lambda: inspect_without_pickles(instance))
