"""Deploying: every way by which what stands behind an endpoint changes, each whole or not at all.

Whoever changes an endpoint holds its row first: two who deploy at once do so one after the other, and what the second
saw may be past (`champion_seen`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_noop

from webapp.accounts.models import User
from webapp.audit.models import Action
from webapp.endpoints import routing_stamp
from webapp.endpoints.admission import Outcome, judge
from webapp.endpoints.compatibility import differences
from webapp.endpoints.errors import DeploymentStateError
from webapp.endpoints.models import SHADOWS_MAX, Deployment, DeploymentRole, Endpoint
from webapp.endpoints.orders import Order
from webapp.endpoints.phrases import Phrase
from webapp.endpoints.processor import load_of
from webapp.registry.errors import Event, WrongStateError
from webapp.registry.models import ModelVersion

NO_CHAMPION: Final = gettext_noop("%(endpoint)s has no champion yet, so %(version)s cannot be its %(role)s.")
CHAMPION_FIRST: Final = gettext_noop("Deploy a champion first; the others stand beside it.")
IS_CHAMPION: Final = gettext_noop("%(version)s is the champion of %(endpoint)s and cannot be its %(role)s as well.")
CHOOSE_ANOTHER: Final = gettext_noop("Choose another version.")
HAS_CHALLENGER: Final = gettext_noop("%(endpoint)s has a challenger already: %(version)s.")
WITHDRAW_FIRST: Final = gettext_noop("Withdraw or promote it first.")
SHADOWS_FULL: Final = gettext_noop("%(endpoint)s has %(count)d shadows already.")
WITHDRAW_ONE: Final = gettext_noop("Withdraw one of them first.")
DIFFERS: Final = gettext_noop("%(version)s does not take what callers of %(champion)s send: %(differences)s.")
OVERRIDE: Final = gettext_noop("Publish it behind an endpoint of its own, or override with a reason.")
OVERTAKEN: Final = gettext_noop("Somebody else changed %(endpoint)s a moment ago; nothing was changed now.")
LOOK_AGAIN: Final = gettext_noop("Look at what is deployed now, and decide again.")
ENDED: Final = gettext_noop("%(version)s is no longer deployed behind %(endpoint)s.")
NO_FORMER: Final = gettext_noop("There is no champion before the present one to which %(endpoint)s could go back.")
DEPLOY_ANOTHER: Final = gettext_noop("Deploy another version instead.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """What stands behind an endpoint while its row is held."""

    endpoint: Endpoint
    deployments: tuple[Deployment, ...]

    @property
    def champion(self) -> Deployment | None:
        """The deployment whose answers callers get."""
        return next((each for each in self.deployments if each.role == DeploymentRole.CHAMPION), None)

    def others(self, role: DeploymentRole, version: ModelVersion) -> list[Deployment]:
        """Return the deployments in this role of other versions."""
        return [each for each in self.deployments if each.role == role and each.version_id != version.pk]

    def of(self, version: ModelVersion) -> Deployment | None:
        """Return the deployment of this version."""
        return next((each for each in self.deployments if each.version_id == version.pk), None)


def deploy(endpoint: Endpoint, order: Order, at: datetime, *, champion_seen: int | None = None) -> Deployment:
    """Return the deployment that carries out the order; the one that stands when it does already.

    A new champion ends the former one, and whatever does not take the requests of its callers. Raise OrderError,
    WrongStateError, DeploymentStateError or DoesNotFitError where that cannot be.
    """
    order.check()
    with _held(endpoint) as live:
        _check_seen(live, champion_seen)
        standing = live.of(order.version)
        if standing and (standing.role, standing.share) == (order.role, order.share):
            return standing
        overrode = _objections(live, order)
        if order.expected_per_s is not None:
            endpoint.expect(order.expected_per_s)
        _end(_leaving(live, order), order.by, at)
        made = endpoint.deployments.create(
            version=order.version,
            role=order.role,
            share=order.share,
            place=_place(live, order),
            deployed_by=order.by,
            deployed_at=at,
            reason=order.reason,
            overrode=" ".join(map(str, overrode)),
            former=live.champion or _last_champion(endpoint) if order.role == DeploymentRole.CHAMPION else None,
        )
        is_promoted = standing is not None and order.role == DeploymentRole.CHAMPION
        _tell(live, Action.PROMOTED if is_promoted else Action.DEPLOYED, made)
        return made


def promote(deployment: Deployment, order: Order, at: datetime, *, champion_seen: int | None = None) -> Deployment:
    """Return the deployment by which a live challenger or shadow becomes the champion. Raises as `deploy` does."""
    assert order.version == deployment.version, "What is promoted is the version that is deployed"
    with _held(deployment.endpoint) as live:
        _check_live(live, deployment)
        return deploy(deployment.endpoint, order, at, champion_seen=champion_seen)


def withdraw(deployment: Deployment, by: User, at: datetime, reason: str = "") -> None:
    """End a deployment. Without its champion an endpoint answers nobody. Raise DeploymentStateError if it has ended."""
    with _held(deployment.endpoint) as live:
        _check_live(live, deployment)
        _end([deployment], by, at)
        before = {deployment.role: deployment.version.number}
        deployment.version.tell(Action.WITHDRAWN, by, reason, endpoint=deployment.endpoint.name, before=before)
    deployment.refresh_from_db()


def rollback(
    endpoint: Endpoint, by: User, at: datetime, *, reason: str = "", champion_seen: int | None = None
) -> Deployment:
    """Return the deployment by which the champion before answers again.

    A second rollback goes one further back, never to and fro: each champion remembers the one before it, and one that
    came by rollback remembers what was before that. Versions that may no longer be deployed are passed over. Neither a
    signature nor memory stands in the way of what answered before. Raise DeploymentStateError if there is none.
    """
    with _held(endpoint) as live:
        _check_seen(live, champion_seen)
        target = champion_before(endpoint)
        if target is None:
            raise DeploymentStateError(Phrase(NO_FORMER, {"endpoint": endpoint.name}), Phrase(DEPLOY_ANOTHER))
        order = Order(version=target.version, by=by, reason=reason)
        _end(_leaving(live, order), by, at)
        made = endpoint.deployments.create(
            version=target.version,
            role=DeploymentRole.CHAMPION,
            deployed_by=by,
            deployed_at=at,
            reason=reason,
            former=target.former,
        )
        _tell(live, Action.ROLLED_BACK, made)
        return made


@contextmanager
def _held(endpoint: Endpoint) -> Iterator[Live]:
    """Hold the endpoint's row while what stands behind it changes."""
    with transaction.atomic():
        Endpoint.objects.select_for_update().get(pk=endpoint.pk)
        yield Live(endpoint=endpoint, deployments=tuple(endpoint.deployments.live().select_related("version__model")))
        routing_stamp.move_on_commit()


def _check_seen(live: Live, champion_seen: int | None) -> None:
    current = live.champion.pk if live.champion else 0
    if champion_seen is not None and champion_seen != current:
        raise DeploymentStateError(Phrase(OVERTAKEN, {"endpoint": live.endpoint.name}), Phrase(LOOK_AGAIN))


def _check_live(live: Live, deployment: Deployment) -> None:
    if deployment.pk not in {each.pk for each in live.deployments}:
        facts = {"version": str(deployment.version), "endpoint": live.endpoint.name}
        raise DeploymentStateError(Phrase(ENDED, facts), Phrase(LOOK_AGAIN))


def _objections(live: Live, order: Order) -> tuple[Phrase, ...]:
    """Return what the order overrules. Raise what stands against it."""
    if not ModelVersion.objects.select_for_update().get(pk=order.version.pk).is_ready:
        raise WrongStateError(str(order.version), Event.DEPLOYED, ["ready"])
    _check_role(live, order)
    of_box = (*_objections_of_memory(live, order), *_objections_of_processor(live, order))
    return (*_objections_of_callers(live, order), *of_box)


def _objections_of_callers(live: Live, order: Order) -> tuple[Phrase, ...]:
    champion = live.champion
    if champion is None:
        return ()
    found = differences(champion.version.manifest.signature, order.version.manifest.signature)
    if not found:
        return ()
    facts = {"version": str(order.version), "champion": str(champion.version), "differences": found}
    if not order.override:
        raise DeploymentStateError(Phrase(DIFFERS, facts), Phrase(OVERRIDE))
    return (Phrase(DIFFERS, facts),)


def _objections_of_memory(live: Live, order: Order) -> tuple[Phrase, ...]:
    admission = judge(live.endpoint, order.version)
    if admission.outcome == Outcome.FITS:
        return ()
    if not (order.override and order.by.is_admin):
        raise admission.refusal()
    return (admission.numbers,)


def _objections_of_processor(live: Live, order: Order) -> tuple[Phrase, ...]:
    load = load_of(live.endpoint, order)
    if load.fits:
        return ()
    if not (order.override and order.by.is_admin):
        raise load.refusal()
    return (load.numbers,)


def _check_role(live: Live, order: Order) -> None:
    """Raise DeploymentStateError if the role is taken, or makes no sense for this version."""
    if order.role == DeploymentRole.CHAMPION:
        return
    facts: dict[str, object] = {"endpoint": live.endpoint.name, "version": str(order.version), "role": order.role.value}
    if live.champion is None:
        raise DeploymentStateError(Phrase(NO_CHAMPION, facts), Phrase(CHAMPION_FIRST))
    if live.champion.version_id == order.version.pk:
        raise DeploymentStateError(Phrase(IS_CHAMPION, facts), Phrase(CHOOSE_ANOTHER))
    others = live.others(order.role, order.version)
    if order.role == DeploymentRole.CHALLENGER and others:
        taken = Phrase(HAS_CHALLENGER, facts | {"version": str(others[0].version)})
        raise DeploymentStateError(taken, Phrase(WITHDRAW_FIRST))
    if order.role == DeploymentRole.SHADOW and len(others) >= SHADOWS_MAX:
        raise DeploymentStateError(Phrase(SHADOWS_FULL, facts | {"count": len(others)}), Phrase(WITHDRAW_ONE))


def _leaving(live: Live, order: Order) -> list[Deployment]:
    """Return what ends when the order is carried out."""
    if order.role != DeploymentRole.CHAMPION:
        standing = live.of(order.version)
        return [standing] if standing else []
    signature = order.version.manifest.signature
    return [
        each
        for each in live.deployments
        if each.role == DeploymentRole.CHAMPION
        or each.version_id == order.version.pk
        or differences(signature, each.version.manifest.signature)
    ]


def _end(leaving: list[Deployment], by: User, at: datetime) -> None:
    numbers = [each.pk for each in leaving]
    ended = Deployment.objects.live().filter(pk__in=numbers).update(ended_at=at, ended_by=by)
    assert ended == len(leaving), "Whoever holds the endpoint's row ends its deployments alone"


def _tell(live: Live, action: Action, made: Deployment) -> None:
    """Record what was deployed, and what was overruled for it."""
    before = {each.role: each.version.number for each in live.deployments if each.role == made.role}
    after: dict[str, object] = {made.role: made.version.number}
    if made.role != DeploymentRole.CHAMPION:
        after["share"] = made.share
    told: dict[str, Any] = {"by": made.deployed_by, "endpoint": made.endpoint.name, "reason": made.reason}
    made.version.tell(action, before=before, after=after, **told)
    if made.overrode:
        made.version.tell(Action.OVERRIDDEN, after={"overrode": made.overrode}, **told)


def _place(live: Live, order: Order) -> int:
    if order.role != DeploymentRole.SHADOW:
        return 0
    taken = {each.place for each in live.others(DeploymentRole.SHADOW, order.version)}
    return next(place for place in range(SHADOWS_MAX) if place not in taken)


def _last_champion(endpoint: Endpoint) -> Deployment | None:
    return endpoint.deployments.filter(role=DeploymentRole.CHAMPION).select_related("version__model").first()


def champion_before(endpoint: Endpoint) -> Deployment | None:
    """Return the deployment to which a rollback leads: with no champion at present, the last one there was."""
    champion = endpoint.deployments.live_champions().select_related("version__model").first()
    target = champion.former if champion else _last_champion(endpoint)
    present = champion.version_id if champion else None
    while target is not None and (not target.version.is_ready or target.version_id == present):
        target = target.former
    return target
