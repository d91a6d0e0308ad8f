"""Sends deliveries by threads, so that a slow mail server holds nobody up, and takes in what came of each.

At most once: that a delivery is under way is in the database before its first byte goes out. What was refused is tried
again; of what may have arrived nobody sends a second one. The threads touch no database.
"""

import json
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http.client import HTTPException
from pathlib import Path
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Final

from django.conf import settings
from django.core import mail
from django.core.mail import EmailMessage

from webapp.alerts.deliveries import Channel, Delivery, Progress
from webapp.alerts.digests import NOT_ALLOWED
from webapp.alerts.letters import letter
from webapp.alerts.noticing import settings_of
from webapp.alerts.signed_posts import NotTakenError, payload, post, secret_of
from webapp.jobs.webhooks import is_allowed

logger = logging.getLogger(__name__)

AT_ONCE: Final = 2
UNKNOWN: Final = (HTTPException, SMTPException, OSError)
CUT_OFF: Final = "the box ended while it was being sent"

Send = Callable[[], None]


def send_letter(message: EmailMessage) -> None:
    """Hand a mail in. Raise NotTakenError if it was certainly not taken, SMTPException or OSError if nobody knows."""
    connection = mail.get_connection(fail_silently=False)
    try:
        connection.open()
    except (OSError, SMTPException) as error:
        raise NotTakenError(str(error) or type(error).__name__) from error
    try:
        connection.send_messages([message])
    except (SMTPResponseException, SMTPRecipientsRefused) as error:
        raise NotTakenError(str(error)) from error
    finally:
        connection.close()


@dataclass(kw_only=True, slots=True)
class Courier:
    """Sends what is due, and keeps what came of it. Only one process may have one."""

    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "courier"))
    _under_way: "dict[int, Future[None]]" = field(default_factory=dict)

    def look(self, now: datetime) -> None:
        """Take in what was sent, and send what is due. Return at once."""
        self._take_in(now)
        self._give_up_left_behind(now)
        for delivery in Delivery.objects.due(now).select_related("digest__endpoint")[: AT_ONCE - len(self._under_way)]:
            self._begin(delivery, now)

    def _begin(self, delivery: Delivery, now: datetime) -> None:
        if delivery.channel == Channel.WEBHOOK and not is_allowed(delivery.address, settings.WEBHOOK_HOSTS):
            delivery.mark_refused(NOT_ALLOWED, now, for_good=True)
            return
        send = _way(delivery, now)
        if delivery.begin():
            self._under_way[delivery.pk] = self._pool.submit(send)

    def _take_in(self, now: datetime) -> None:
        for pk, future in [each for each in self._under_way.items() if each[1].done()]:
            delivery = Delivery.objects.select_related("digest").filter(pk=pk).first()
            error = future.exception()
            if delivery is None:
                pass  # its endpoint was deleted meanwhile
            elif error is None:
                delivery.mark_sent(now)
            elif isinstance(error, NotTakenError):
                logger.warning("The digest %s (%s) was not taken: %s", delivery.digest, delivery.channel, error)
                delivery.mark_refused(str(error), now, for_good=error.for_good)
            else:
                unexpected = None if isinstance(error, UNKNOWN) else error
                told = (delivery.digest, delivery.channel, error)
                logger.warning("Whether the digest %s (%s) was taken is not known: %s", *told, exc_info=unexpected)
                delivery.mark_uncertain(str(error) or type(error).__name__, now)
            del self._under_way[pk]

    def _give_up_left_behind(self, now: datetime) -> None:
        """Mark what the control worker before this one was sending when it ended."""
        for delivery in Delivery.objects.filter(progress=Progress.UNDER_WAY).exclude(pk__in=list(self._under_way)):
            logger.warning("Whether the digest %s (%s) was taken is not known.", delivery.digest, delivery.channel)
            delivery.mark_uncertain(CUT_OFF, now)


def _way(delivery: Delivery, now: datetime) -> Send:
    if delivery.channel == Channel.MAIL:
        return partial(send_letter, letter(delivery))
    wishes = settings_of(delivery.digest.endpoint)
    body = payload(delivery, settings.PUBLIC_URL)
    return partial(post, delivery.address, body, secret_of(wishes), now, delivery.pk)


def write_state(now: datetime) -> None:
    """Keep what is not delivered where `bastide doctor` reads it, if that has changed."""
    troubled = list(Delivery.objects.troubled(now).select_related("digest__endpoint")[:100])
    first = troubled[0] if troubled else None
    state = {
        "undelivered": len(troubled),
        "endpoint": first.digest.endpoint.name if first else "",
        "problem": first.problem if first else "",
    }
    path: Path = settings.ALERTS_FILE
    text = json.dumps(state)
    if not path.exists() or path.read_text() != text:
        draft = path.with_suffix(".new")
        draft.write_text(text)
        draft.chmod(0o640)
        draft.replace(path)


COURIER: Final = Courier()
