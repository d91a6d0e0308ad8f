"""What the registry does when accounts change, and what it records of its models beside their versions."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from webapp.accounts.models import User
from webapp.audit.changes import Told, watch_rows
from webapp.audit.memberships import access, watch
from webapp.audit.models import Action
from webapp.registry.models import CARD_TEXTS, RegisteredModel
from webapp.registry.publishing import inspect_without_pickles


def _whose(model: RegisteredModel) -> dict[str, str]:
    return {"model": model.name}


watch(RegisteredModel.maintainers.field, lambda model: access(**_whose(model)))
watch_rows(RegisteredModel, Told(names=("title", "description", "owner"), whose=_whose, changed=Action.MODEL_CHANGED))
watch_rows(RegisteredModel, Told(names=CARD_TEXTS, whose=_whose, changed=Action.CARD_WRITTEN))


@receiver(post_save, sender=User)
def stop_opening_pickles(instance: User, **_signal: Any) -> None:
    """Open no pickle any more, not even one that waits, of somebody who may not publish them now."""
    if not instance.has_pickles_opened:
        transaction.on_commit(lambda: inspect_without_pickles(instance))
