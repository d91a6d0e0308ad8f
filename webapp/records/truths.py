"""Hands outcomes that were learned later to the data plane, and takes in what became of them."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import msgspec
from kombu.exceptions import OperationalError

from webapp.accounts.models import User
from webapp.celery import app
from webapp.endpoints.models import Endpoint
from webapp.records import arrivals
from webapp.records.models import TruthDelivery
from webapp.records.searches import callers_of
from webapp.records.truth_naming import require_rows
from worker.contract import names
from worker.contract.truth import Truth, TruthOutcome, TruthRequest

logger = logging.getLogger(__name__)

KEPT: Final = timedelta(days=30)
"""For so long somebody may ask what became of a delivery."""


class TruthsNotSentError(Exception):
    """Redis does not take the message."""


class NothingDeployedError(Exception):
    """No version is behind the endpoint, so nobody can say what an outcome may be."""


def send(endpoint: Endpoint, truths: Sequence[Truth], by: User, now: datetime) -> TruthDelivery:
    """Hand outcomes over.

    Raise NothingDeployedError, TruthsWrongError if one names no row, or TruthsNotSentError if Redis takes no message.
    """
    champion = endpoint.champion
    if champion is None:
        raise NothingDeployedError
    require_rows(endpoint, truths)
    TruthDelivery.objects.filter(sent_at__lt=now - KEPT).delete()
    delivery = TruthDelivery.objects.create(
        delivery_id=uuid4().hex, endpoint=endpoint, sent_by=by, sent_at=now, received=len(truths)
    )
    request = TruthRequest(
        delivery_id=delivery.delivery_id,
        endpoint=endpoint.name,
        digest=champion.version.digest,
        truths=tuple(truths),
        hashed=tuple(endpoint.hashed_features),
        callers=counted_callers(endpoint, by),
    )
    try:
        message = msgspec.to_builtins(request)
        app.send_task(names.TASK_TAKE_TRUTH, kwargs={"message": message}, queue=names.QUEUE_JOBS)  # type: ignore[no-untyped-call]  # Celery is untyped
    except OperationalError as error:
        delivery.delete()
        raise TruthsNotSentError from error
    return delivery


def counted_callers(endpoint: Endpoint, by: User) -> tuple[str, ...]:
    """Return whose rows somebody may learn of who tells outcomes; none where they are everybody's."""
    return () if endpoint.may_be_managed_by(by) else callers_of(by)


def record(outcome: TruthOutcome, now: datetime) -> None:
    """Take in what became of a delivery."""
    delivery = TruthDelivery.objects.select_related("endpoint").filter(delivery_id=outcome.delivery_id).first()
    if delivery is None:
        logger.warning("Nobody waits for the outcome of delivery %s; it is dropped.", outcome.delivery_id)
        return
    delivery.outcome_json = msgspec.to_builtins(outcome)
    delivery.save(update_fields=["outcome_json"])
    arrivals.note(delivery.endpoint, outcome, now)
