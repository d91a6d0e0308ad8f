"""What the management page of an endpoint shows: what stands behind it, what did, and what may come next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from webapp.endpoints.admission import Admission, Outcome, judge
from webapp.endpoints.compatibility import differences
from webapp.endpoints.errors import EndpointError
from webapp.endpoints.models import Deployment, DeploymentRole, Endpoint
from webapp.endpoints.orders import Order
from webapp.endpoints.phrases import BETWEEN, Phrase
from webapp.endpoints.processor import COMPUTES_LESS, load_of
from webapp.registry.errors import LOOK_AT_IT, WRONG_STATE, RegistryError, WrongStateError
from webapp.registry.models import ModelVersion, Status

ROLE_ORDER: Final = (DeploymentRole.CHAMPION, DeploymentRole.CHALLENGER, DeploymentRole.SHADOW)
HISTORY_SHOWN: Final = 50

WHAT_IT_DOES: Final = {
    DeploymentRole.CHAMPION: gettext_lazy("answers every caller from the next second on; the present champion leaves"),
    DeploymentRole.CHALLENGER: gettext_lazy("answers a share of the callers, always the same ones"),
    DeploymentRole.SHADOW: gettext_lazy("gets copies of the requests and answers nobody"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """What stands against a deployment, in the reader's language; `is_for_admins` says who may overrule it."""

    sentence: str
    advice: str
    is_for_admins: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a deployment would need and meet, before anybody decides."""

    memory: str
    memory_state: str
    load: str
    load_state: str
    objections: tuple[Objection, ...]


def live_of(endpoint: Endpoint) -> list[Deployment]:
    """Return what stands behind an endpoint, the champion first."""
    found = endpoint.deployments.live().select_related("version__model", "deployed_by")
    return sorted(found, key=lambda each: (ROLE_ORDER.index(DeploymentRole(each.role)), each.place))


def history_of(endpoint: Endpoint) -> list[Deployment]:
    """Return what stood behind an endpoint until lately, the newest first."""
    ended = endpoint.deployments.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")
    return list(ended.select_related("version__model", "deployed_by", "ended_by")[:HISTORY_SHOWN])


def candidates(endpoint: Endpoint) -> list[ModelVersion]:
    """Return the versions that may be deployed, the newest first."""
    model = endpoint.model
    return list(model.versions.filter(status=Status.READY)) if model else []


def summary(live: Sequence[Deployment]) -> str:
    """Return in a sentence what stands behind an endpoint."""
    champion = next((each for each in live if each.role == DeploymentRole.CHAMPION), None)
    if champion is None:
        return _("No version is deployed; callers are told to come again later.")
    parts = [_("version %(number)d answers") % {"number": champion.version.number}]
    for each in live:
        if each.role == DeploymentRole.CHALLENGER:
            facts = {"number": each.version.number, "share": each.share}
            parts.append(_("version %(number)d answers %(share)d %% of the callers") % facts)
    shadows = sum(each.role == DeploymentRole.SHADOW for each in live)
    if shadows:
        parts.append(ngettext("%(count)d shadow listens", "%(count)d shadows listen", shadows) % {"count": shadows})
    listed = get_text_list(parts, _("and"))
    return f"{listed[0].upper()}{listed[1:]}."


def preview(endpoint: Endpoint, order: Order) -> Preview:
    """Return what an order would need and meet."""
    version = order.version
    admission, load = judge(endpoint, version), load_of(endpoint, order)
    champion = endpoint.champion
    found = differences(champion.version.manifest.signature, version.manifest.signature) if champion else ()
    objections = (
        [Objection(sentence=_told(found), advice=_("Callers would have to send something else."))] if found else []
    )
    if admission.outcome != Outcome.FITS:
        advice = admission.advice.said()
        objections.append(Objection(sentence=_("There is not enough memory."), advice=advice, is_for_admins=True))
    if not load.fits:
        advice = Phrase(COMPUTES_LESS).said()
        objections.append(Objection(sentence=_("The processor is not enough."), advice=advice, is_for_admins=True))
    state = {Outcome.FITS: "good", Outcome.FITS_IF_UNLOADED: "warning", Outcome.DOES_NOT_FIT: "bad"}[admission.outcome]
    return Preview(
        memory=_memory(admission),
        memory_state=state,
        load=load.numbers.said() if load.row_ms else "",
        load_state="good" if load.fits else "bad",
        objections=tuple(objections),
    )


def told(error: EndpointError | RegistryError) -> tuple[str, str]:
    """Return what happened and what to do, in the reader's language where it is known."""
    if isinstance(error, EndpointError):
        return error.sentence.said(), error.advice.said()
    if isinstance(error, WrongStateError):
        needed = get_text_list([_(status) for status in error.needed], _("or"))
        facts = {"version": error.version, "event": _(error.event.value), "needed": needed}
        return _(WRONG_STATE) % facts, _(LOOK_AT_IT) % facts
    return error.message, error.hint


def _memory(admission: Admission) -> str:
    if admission.need_bytes == 0:
        return _("It is loaded already and needs no more memory.")
    return admission.numbers.said()


def _told(found: tuple[Phrase, ...]) -> str:
    return _("It takes other features than the champion: %(differences)s.") % {
        "differences": _(BETWEEN).join(each.said() for each in found)
    }
