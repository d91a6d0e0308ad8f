"""The mail that a digest becomes, in the language of whoever is told."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.alerts.deliveries import Delivery
from webapp.alerts.models import Alert, Digest, EventKind
from webapp.alerts.sightings import Rule
from webapp.alerts.wording import NAMES, Advice, advice, alert_words, budget_words, cause_rows

OTHERS_SHOWN: Final = 20


def letter(delivery: Delivery) -> EmailMessage:
    """Return the mail of a delivery."""
    digest = delivery.digest
    with translation.override(delivery.language):
        new, ended = told_of(digest)
        headers = {"Auto-Submitted": "auto-generated", "X-Bastide-Delivery": str(delivery.pk)}
        body = _body(digest, new, ended)
        return EmailMessage(_subject(digest, new), body, settings.MAIL_FROM, [delivery.address], headers=headers)


def told_of(digest: Digest) -> tuple[list[Alert], list[Alert]]:
    """Return the alerts of which a digest tells that they are new, and that they have ended.

    One that came and went since the digest before is among those that have ended alone.
    """
    events = list(digest.events.select_related("alert__endpoint", "alert__version", "alert__window"))
    ended = {event.alert.pk: event.alert for event in events if event.kind == EventKind.ENDED}
    new = [event.alert for event in events if event.kind == EventKind.NOTICED and event.alert.pk not in ended]
    return new, list(ended.values())


def still_open(digest: Digest, new: Sequence[Alert]) -> list[Alert]:
    """Return the alerts of which was told before, and that hold still."""
    others = Alert.objects.open().filter(endpoint=digest.endpoint).exclude(pk__in=[alert.pk for alert in new])
    return list(others.select_related("endpoint", "window")[:OTHERS_SHOWN])


def _subject(digest: Digest, new: Sequence[Alert]) -> str:
    facts = {"title": " ".join(digest.endpoint.title.split()), "count": len(new)}
    if not new:
        return _("%(title)s: something has ended") % facts
    if len(new) == 1:
        return f"{facts['title']}{_(': ')}{NAMES[Rule(new[0].rule)]}"
    return ngettext("%(title)s: %(count)d thing to look at", "%(title)s: %(count)d things to look at", len(new)) % facts


def _body(digest: Digest, new: Sequence[Alert], ended: Sequence[Alert]) -> str:
    parts = [_("Hello,")]
    if new:
        parts.append(_("This is new at “%(title)s”:") % {"title": digest.endpoint.title})
        parts += [_told(alert) for alert in new]
        if causes := _causes(new):
            parts.append("\n".join([_("What is known of the cause:"), *causes]))
        parts.append("\n".join([_("What to do:"), *(f"- {_done(each)}" for each in _advice(new))]))
    if ended:
        facts = {"title": digest.endpoint.title}
        parts.append("\n".join([_("This has ended at “%(title)s”:") % facts, *(f"- {_ended(each)}" for each in ended)]))
    if others := still_open(digest, new):
        parts.append("\n".join([_("This holds still:"), *(f"- {_named(each)}" for each in others)]))
    parts.append(_("You get at most one such mail a day for an endpoint, since it is yours. To change that:"))
    parts.append(_address(f"/endpoints/{digest.endpoint.name}/alerts/"))
    return "\n\n".join(parts) + "\n"


def _told(alert: Alert) -> str:
    lines = [_named(alert)]
    if worn := budget_words(alert):
        lines.append(worn)
    lines.append(_("Say that you have seen it, or what you did: %(address)s") % {"address": _address_of(alert)})
    return "\n".join(lines)


def _causes(new: Sequence[Alert]) -> list[str]:
    """Return each thing that is known of the causes once: several rules often see the same."""
    between = _(": ")
    return list(dict.fromkeys(f"- {name}{between}{words}" for alert in new for name, words in cause_rows(alert)))


def _named(alert: Alert) -> str:
    return f"{NAMES[Rule(alert.rule)]}. {alert_words(alert)}"


def _ended(alert: Alert) -> str:
    return f"{NAMES[Rule(alert.rule)]}{_(': ')}{alert.get_closed_why_display()}. {_address_of(alert)}"


def _advice(new: Sequence[Alert]) -> list[Advice]:
    found = [each for alert in new for each in advice(alert)]
    return list(dict.fromkeys(found))


def _done(each: Advice) -> str:
    return f"{each.words} {_address(each.path)}" if each.path else each.words


def _address_of(alert: Alert) -> str:
    return _address(f"/alerts/{alert.pk}/")


def _address(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
