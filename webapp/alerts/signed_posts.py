"""The webhook of a digest: JSON, signed with a secret that only the box and the endpoint's people know."""

import hashlib
import hmac
from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from django.utils import translation
from django.utils.crypto import salted_hmac

from webapp.alerts.deliveries import Delivery
from webapp.alerts.letters import still_open, told_of
from webapp.alerts.models import Alert, AlertSettings
from webapp.alerts.sightings import Rule
from webapp.alerts.wording import NAMES, alert_words, cause_rows
from webapp.egress.going_out import http_connection

EVENT: Final = "alerts.digest"
TIMEOUT_S: Final = 5.0
SALT: Final = "bastide.alerts.webhook"
AGAIN: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class NotTakenError(Exception):
    """The far side has certainly not taken it; `for_good` says that another try is of no use."""

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.for_good = for_good


def secret_of(wishes: AlertSettings) -> str:
    """Return the secret of an endpoint's webhook. It is computed from the box's own key, and kept nowhere else."""
    value = f"{wishes.endpoint_id}:{wishes.webhook_round}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the header by which a receiver knows the sender, and that the body is whole and not an old one."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


def payload(delivery: Delivery, public_url: str) -> bytes:
    """Return what is told of a digest. Its words are English; programs go by `rule`."""
    digest = delivery.digest
    with translation.override(delivery.language):
        new, ended = told_of(digest)
        told: dict[str, Any] = {
            "id": f"{digest.pk}",
            "on": digest.on.isoformat(),
            "endpoint": digest.endpoint.name,
            "title": digest.endpoint.title,
            "url": f"{public_url}/endpoints/{digest.endpoint.name}/health/",
            "new": [_alert(alert, public_url) for alert in new],
            "ended": [_alert(alert, public_url) for alert in ended],
            "open": [_alert(alert, public_url) for alert in still_open(digest, new)],
        }
    return msgspec.json.encode(told)


def _alert(alert: Alert, public_url: str) -> dict[str, Any]:
    return {
        "id": alert.pk,
        "rule": alert.rule,
        "name": str(NAMES[Rule(alert.rule)]),
        "version": alert.version.number,
        "opened_at": alert.opened_at.isoformat(timespec="seconds"),
        "ended_at": alert.closed_at.isoformat(timespec="seconds") if alert.closed_at else None,
        "words": alert_words(alert),
        "causes": [{"name": name, "words": words} for name, words in cause_rows(alert)],
        "url": f"{public_url}/alerts/{alert.pk}/",
    }


def post(url: str, body: bytes, secret: str, now: datetime, delivery_id: int) -> None:
    """Post a signed body. Raise NotTakenError if it was certainly not taken, OSError or HTTPException if nobody knows.

    A redirect is not followed: it would lead to a host that nobody allowed.
    """
    address = urlsplit(url)
    timestamp = str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Bastide",
        "X-Bastide-Event": EVENT,
        "X-Bastide-Delivery": str(delivery_id),
        "X-Bastide-Timestamp": timestamp,
        "X-Bastide-Signature": signature(secret, timestamp, body),
    }
    path = f"{address.path or '/'}?{address.query}" if address.query else address.path or "/"
    with closing(http_connection(address.scheme, address.hostname or "", address.port, TIMEOUT_S)) as connection:
        try:
            connection.connect()
        except OSError as error:
            raise NotTakenError(str(error) or type(error).__name__) from error
        connection.request("POST", path, body, headers)
        status = connection.getresponse().status
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        may_change = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in AGAIN
        message = f"answered with status {status}"
        raise NotTakenError(message, for_good=not may_change)
