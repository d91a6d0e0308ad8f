"""What an endpoint predicts and how it is, in words."""

from datetime import datetime
from enum import StrEnum

from django.utils import formats, timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from webapp.endpoints.models import Endpoint
from worker.contract.signature import Output, OutputKind

LABELS_SHOWN_MAX = 6


class State(StrEnum):
    """How an endpoint is, for the sign beside its words."""

    ANSWERS = "good"
    EMPTY = "warning"
    AWAY = "bad"


def state_of(endpoint: Endpoint, *, is_computing: bool) -> State:
    """Return how the endpoint is."""
    if endpoint.champion is None:
        return State.EMPTY
    return State.ANSWERS if is_computing else State.AWAY


def state_sentence(endpoint: Endpoint, state: State, now: datetime) -> str:
    """Return how the endpoint is, in a sentence."""
    champion = endpoint.champion
    if champion is None:
        return _("No version is deployed yet; a publisher deploys one.")
    facts = {"number": champion.version.number, "since": since(champion.deployed_at, now)}
    if state == State.ANSWERS:
        return _("Answers; version %(number)d %(since)s.") % facts
    return _("Does not answer: nothing computes at present. Version %(number)d %(since)s.") % facts


def since(moment: datetime, now: datetime) -> str:
    """Return "since today", "since Monday" or "since 23 November 2026", as people say it."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    if local.date() == today:
        return _("since today")
    if (today - local.date()).days < 7:
        return _("since %(weekday)s") % {"weekday": formats.date_format(local, "l")}
    return _("since %(date)s") % {"date": formats.date_format(local, "j F Y")}


def purpose(output: Output) -> str:
    """Return what a model with this output predicts, in a sentence."""
    if output.kind is OutputKind.NUMBER:
        facts = {"name": in_words(output.name), "unit": output.unit}
        return _("Predicts %(name)s in %(unit)s.") % facts if output.unit else _("Predicts %(name)s.") % facts
    labels = [str(label) for label in output.labels or ()]
    if len(labels) > LABELS_SHOWN_MAX:
        facts = {"name": in_words(output.name), "count": str(len(labels))}
        return _("Predicts %(name)s, one of %(count)s.") % facts
    return _("Predicts %(name)s: %(labels)s.") % {
        "name": in_words(output.name),
        "labels": get_text_list(labels, _("or")),
    }


def in_words(name: str) -> str:
    """Return a column's name as people read it."""
    return name.replace("_", " ").strip()
