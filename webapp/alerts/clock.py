"""Looks at the clock in the loop of the control worker: which endpoints to judge, what to tell, what to send."""

import logging
from datetime import timedelta
from typing import Final

from django.db import Error, close_old_connections
from django.utils import timezone

from webapp.rounds import Round, Rounds

logger = logging.getLogger(__name__)

NOTICE_EVERY_S: Final = 20.0
SEND_EVERY_S: Final = 3.0
FORGET_EVERY_S: Final = 6 * 3600.0
KEPT: Final = timedelta(days=730)
"""For so long closed alerts and digests are kept."""


class AlertClock(Rounds):
    """Has alerts noticed, digests made and sent."""

    def rounds(self) -> tuple[Round, ...]:
        """Return what is done."""
        return (
            Round(NOTICE_EVERY_S, self._notice),
            Round(SEND_EVERY_S, self._send),
            Round(FORGET_EVERY_S, self._forget),
        )

    def _notice(self) -> None:
        # Models cannot be imported before Celery has set Django up.
        from webapp.alerts.courier import write_state  # noqa: PLC0415  # as above
        from webapp.alerts.digests import make_due  # noqa: PLC0415  # as above
        from webapp.alerts.noticing import notice_due  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            now = timezone.now()
            notice_due(now)
            make_due(now)
            write_state(now)
        except (Error, OSError):
            logger.exception("Nothing could be noticed; the next look is in a moment.")

    def _send(self) -> None:
        from webapp.alerts.courier import COURIER  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            COURIER.look(timezone.now())
        except (Error, OSError):
            logger.exception("No digest could be sent; the next look is in a moment.")

    def _forget(self) -> None:
        from webapp.alerts.models import Alert, Digest  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            before = timezone.now() - KEPT
            Alert.objects.filter(closed_at__lt=before).delete()
            Digest.objects.filter(made_at__lt=before).delete()
        except Error:
            logger.exception("Old alerts could not be removed; the next try is in some hours.")
