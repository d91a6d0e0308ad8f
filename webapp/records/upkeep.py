"""Gives up what nobody went on with, in the loop of the control worker: counted rows, and files whose columns wait."""

import logging
from typing import Final

from django.db import Error, close_old_connections
from django.utils import timezone

from webapp.rounds import Round, Rounds

logger = logging.getLogger(__name__)

EVERY_S: Final = 3600.0


class Upkeep(Rounds):
    """Does so hourly."""

    def rounds(self) -> tuple[Round, ...]:
        """Return what is done."""
        return (Round(EVERY_S, self._give_up),)

    def _give_up(self) -> None:
        # Models cannot be imported before Celery has set Django up.
        from webapp.records import deletions, truth_uploads  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            deletions.give_up_old(timezone.now())
            truth_uploads.give_up_old(timezone.now())
        except (Error, OSError):
            logger.exception("What nobody went on with could not be given up; the next try is in an hour.")
