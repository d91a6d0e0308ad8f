"""The stamp that tells the gateways to read their routing table again: it moves whenever who may ask what changes."""

import logging
from typing import Any, Final

from django.contrib.auth.models import Group
from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save
from redis.exceptions import RedisError

from webapp import redis_client
from webapp.accounts.models import ApiKey, User
from webapp.endpoints.models import Deployment, Endpoint
from webapp.registry.models import ModelVersion
from worker.contract import names

logger = logging.getLogger(__name__)

WATCHED: Final = (ApiKey, User, Group, ModelVersion, Endpoint, Deployment)
UNINTERESTING: Final = frozenset({"last_login", "last_used_at", "password"})
"""Fields that no route depends on: a login must not make every gateway read everything."""


class _Reporter:
    """Says once that Redis is away, and once that it is back."""

    def __init__(self) -> None:
        self._is_away = False

    def away(self, error: RedisError) -> None:
        if not self._is_away:
            logger.warning("Redis does not answer (%s); gateways learn of changes when it is back.", error)
        self._is_away = True

    def back(self) -> None:
        self._is_away = False


_reporter = _Reporter()


def move() -> None:
    """Move the stamp now. A Redis that is away is no error: gateways read everything again when it returns."""
    try:
        redis_client.client().incr(names.ROUTING_STAMP)
    except RedisError as error:
        _reporter.away(error)
    else:
        _reporter.back()


def move_on_commit() -> None:
    """Move the stamp once the change can be read by others."""
    transaction.on_commit(move)


def _row_changed(instance: models.Model, **signal: Any) -> None:
    fields = signal.get("update_fields")
    if isinstance(instance, WATCHED) and not (fields and UNINTERESTING.issuperset(fields)):
        move_on_commit()


def _membership_changed(action: str, **_signal: Any) -> None:
    if action.startswith("post_"):
        move_on_commit()


for _model in WATCHED:
    post_save.connect(_row_changed, sender=_model)
    post_delete.connect(_row_changed, sender=_model)
m2m_changed.connect(_membership_changed, sender=User.groups.through)
m2m_changed.connect(_membership_changed, sender=Endpoint.groups.through)
