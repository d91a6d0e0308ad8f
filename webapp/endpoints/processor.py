"""Admission by processor: whether the cores that compute carry the load that is expected of a version.

The need is the expected requests a second times what one row takes in one process, as inspection measured it; requests
that come together are answered together and cost less. A challenger computes for its share of the callers, a shadow for
its share twice, because the champion is asked once more beside it.
"""

import math
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_noop

from webapp.endpoints.errors import DoesNotFitError
from webapp.endpoints.models import Deployment, DeploymentRole, Endpoint
from webapp.endpoints.orders import WHOLE, Order
from webapp.endpoints.phrases import Number, Phrase
from webapp.registry.models import ModelVersion

USABLE_PART: Final = 0.8
"""Beyond this a queue grows long enough to be felt."""

COMPUTES: Final = gettext_noop(
    "The load expected of %(version)s (requests a second: %(load)s; one row: %(each)s ms) needs at most %(need)s "
    "processor cores; of the %(budget)s that compute %(free)s are free."
)
COMPUTES_LESS: Final = gettext_noop(
    "Expect fewer requests if the number is too high, start the box with more inference processes on a machine with "
    "more cores, or let an administrator override with a reason."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """What a version would compute and what there is, in cores."""

    version: ModelVersion
    expected_per_s: float
    row_ms: float
    need: float
    used: float
    budget: float

    @property
    def fits(self) -> bool:
        """Whether the cores carry it. What was not measured is not judged."""
        return self.need <= max(0.0, self.budget - self.used)

    @property
    def numbers(self) -> Phrase:
        """What is needed and what there is."""
        facts = {
            "version": str(self.version),
            "load": Number(f"{self.expected_per_s:,g}"),
            "each": Number(f"{self.row_ms:.2g}"),
            "need": Number(f"{math.ceil(self.need * 100) / 100:,g}"),
            "budget": Number(f"{self.budget:,.2g}"),
            "free": Number(f"{max(0.0, self.budget - self.used):,.2g}"),
        }
        return Phrase(COMPUTES, facts)

    def refusal(self) -> DoesNotFitError:
        """Return the error that says so."""
        return DoesNotFitError(self.numbers, Phrase(COMPUTES_LESS))


def load_of(endpoint: Endpoint, order: Order) -> Load:
    """Return what an order would make the box compute beside what stands behind other endpoints and parts."""
    expected_per_s = endpoint.expected_per_s if order.expected_per_s is None else order.expected_per_s
    others = [
        each
        for each in Deployment.objects.serving()
        if (each.endpoint_id, each.role) != (endpoint.pk, order.role.value)
    ]
    row_ms = _row_ms(order.version)
    return Load(
        version=order.version,
        expected_per_s=expected_per_s,
        row_ms=row_ms,
        need=_cores(expected_per_s, row_ms, order.role, order.share),
        used=sum(
            _cores(each.endpoint.expected_per_s, _row_ms(each.version), DeploymentRole(each.role), each.share)
            for each in others
        ),
        budget=USABLE_PART * settings.INFERENCE_PROCESSES,
    )


def _cores(requests_per_s: float, row_ms: float, role: DeploymentRole, share: int) -> float:
    times = {
        DeploymentRole.CHAMPION: 1.0,
        DeploymentRole.CHALLENGER: share / WHOLE,
        DeploymentRole.SHADOW: 2 * share / WHOLE,
    }
    return requests_per_s * row_ms / 1000 * times[role]


def _row_ms(version: ModelVersion) -> float:
    """Return what one row takes, 0 where it was not measured."""
    report = version.manifest.report
    latency = report.measurements.latency if report else ()
    return next((each.p50_ms for each in latency if each.rows == 1), 0.0)
