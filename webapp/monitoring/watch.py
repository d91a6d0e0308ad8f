"""Looks at the clock in the loop of the control worker: when the next look is due, and what the journal takes."""

import logging
from typing import Final

from django.db import Error, close_old_connections
from django.utils import timezone

from webapp.rounds import Round, Rounds

logger = logging.getLogger(__name__)

EVERY_S: Final = 60.0
KEEP_EVERY_S: Final = 3600.0


class Watch(Rounds):
    """Asks for looks at endpoints hourly, and bounds the journals."""

    def rounds(self) -> tuple[Round, ...]:
        """Return what is done."""
        return Round(EVERY_S, self._look), Round(KEEP_EVERY_S, self._keep)

    def _look(self) -> None:
        # Models cannot be imported before Celery has set Django up.
        from webapp.monitoring.running import RunNotSentError, ask_due  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            ask_due(timezone.now())
        except (Error, OSError, RunNotSentError):
            logger.exception("The endpoints could not be looked at; the next try is in a minute.")

    def _keep(self) -> None:
        from webapp.monitoring.running import RunNotSentError, keep_journal  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            keep_journal()
        except (Error, OSError, RunNotSentError):
            logger.exception("The journals could not be kept in their bounds; the next try is in an hour.")
