"""That outcomes came: what was looked at before may show more now."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from webapp.endpoints.models import Deployment, DeploymentRole, Endpoint
from webapp.records.models import OutcomeArrival
from worker.contract.truth import TruthOutcome
from worker.contract.truth_files import TruthFileOutcome

SERVED_WITHIN: Final = timedelta(days=30)
"""Outcomes count for a version that was the champion so lately."""


def note(endpoint: Endpoint, outcome: TruthOutcome | TruthFileOutcome, now: datetime) -> None:
    """Take note of whose rows these outcomes are. Where the search for them ended early, they may be anybody's."""
    with transaction.atomic():
        for digest, first_ms in outcome.since_ms.items():
            arrival = _arrival(endpoint, digest, now)
            arrival.since_ms = min(first_ms, first_ms if arrival.since_ms is None else arrival.since_ms)
            arrival.save()
        for digest in _served(endpoint, now) if outcome.stopped_at else ():
            arrival = _arrival(endpoint, digest, now)
            arrival.are_all_known = False
            arrival.save()


def _arrival(endpoint: Endpoint, digest: str, now: datetime) -> OutcomeArrival:
    known = OutcomeArrival.objects.select_for_update().filter(endpoint=endpoint, digest=digest).first()
    arrival = known or OutcomeArrival(endpoint=endpoint, digest=digest)
    arrival.came_at = now
    return arrival


def _served(endpoint: Endpoint, now: datetime) -> list[str]:
    """Return the digests of the versions that were the champion lately."""
    champions = Deployment.objects.filter(endpoint=endpoint, role=DeploymentRole.CHAMPION).exclude(
        ended_at__lte=now - SERVED_WITHIN
    )
    return sorted(set(champions.values_list("version__digest", flat=True)))


def mark_looked(endpoint: Endpoint, digest: str, asked_at: datetime) -> None:
    """Take note that all rows of a version were looked at with the outcomes that had come by then."""
    OutcomeArrival.objects.filter(endpoint=endpoint, digest=digest, came_at__lte=asked_at).delete()
