"""Makes the digests: what is new of an endpoint, at most one a day, and on which ways it is told."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.alerts.deliveries import Channel, Delivery, Progress
from webapp.alerts.models import NEWS, AlertEvent, AlertSettings, Digest, Reader
from webapp.alerts.noticing import settings_of
from webapp.endpoints.models import Endpoint
from webapp.jobs.webhooks import is_allowed

NO_ADDRESS: Final = "no_address"
NOT_ALLOWED: Final = "not_allowed"
"""Problems that the box finds before it sends anything; others are told in the words of the far side."""


def make_due(now: datetime) -> int:
    """Make the digests that are due. Return how many were made."""
    local = timezone.localtime(now)
    if local.hour < settings.ALERT_HOUR:
        return 0
    news = AlertEvent.objects.filter(kind__in=NEWS, digest=None)
    made_today = Digest.objects.filter(on=local.date()).values("endpoint")
    endpoints = Endpoint.objects.filter(alerts__events__in=news).exclude(pk__in=made_today).distinct()
    return sum(_make(endpoint, local.date(), now) for endpoint in endpoints)


@transaction.atomic
def _make(endpoint: Endpoint, today: date, now: datetime) -> bool:
    wishes = settings_of(endpoint)
    if wishes.is_muted(today):
        return False
    news = AlertEvent.objects.select_related("alert").filter(alert__endpoint=endpoint, kind__in=NEWS, digest=None)
    told = [event for event in news if not _is_muted(event, today)]
    if not told:
        return False
    digest = Digest.objects.create(endpoint=endpoint, on=today, made_at=now)
    AlertEvent.objects.filter(pk__in=[event.pk for event in told]).update(digest=digest)
    Delivery.objects.bulk_create(_deliveries(digest, wishes, now))
    return True


def _is_muted(event: AlertEvent, today: date) -> bool:
    until = event.alert.muted_until
    return until is not None and today < until


def _deliveries(digest: Digest, wishes: AlertSettings, now: datetime) -> Iterable[Delivery]:
    told = wishes.told
    if wishes.mail and settings.MAIL_FROM and told is not None:
        problem = "" if told.is_active and told.email else NO_ADDRESS
        address = told.email or told.get_username()
        mail = Delivery(digest=digest, channel=Channel.MAIL, address=address, language=language_of(told))
        yield _begun(mail, problem, now)
    if wishes.webhook:
        problem = "" if is_allowed(wishes.webhook, settings.WEBHOOK_HOSTS) else NOT_ALLOWED
        yield _begun(Delivery(digest=digest, channel=Channel.WEBHOOK, address=wishes.webhook), problem, now)


def _begun(delivery: Delivery, problem: str, now: datetime) -> Delivery:
    """Return a delivery that is due at once, or has failed before the first try."""
    delivery.next_at, delivery.problem = now, problem
    if problem:
        delivery.progress, delivery.ended_at = Progress.FAILED, now
    return delivery


def language_of(user: User) -> str:
    """Return the language in which somebody last read the site, else that of the site."""
    reader = Reader.objects.filter(user=user).first()
    return reader.language if reader else settings.LANGUAGE_CODE


def remember_language(user: User, language: str) -> None:
    """Keep in which language somebody reads."""
    if language in dict(settings.LANGUAGES) and not Reader.objects.filter(user=user, language=language).exists():
        Reader.objects.update_or_create(user=user, defaults={"language": language})
