"""Looks at the jobs every second, in the loop of the control worker: nothing else sends their steps."""

import logging
from typing import Final

from django.db import Error, close_old_connections
from django.utils import timezone

from webapp.rounds import Round, Rounds

logger = logging.getLogger(__name__)

EVERY_S: Final = 1.0
TELL_EVERY_S: Final = 2.0
CLEAR_EVERY: Final = 60
"""So many looks are between two clearings of what has expired."""


class Steward(Rounds):
    """Sends what waits, asks again for what was lost, clears what has expired, tells of ends."""

    _looks = 0

    def rounds(self) -> tuple[Round, ...]:
        """Return what is done."""
        return Round(EVERY_S, self._look), Round(TELL_EVERY_S, self._tell)

    def _look(self) -> None:
        # Models cannot be imported before Celery has set Django up.
        from webapp.jobs.clearing import clear  # noqa: PLC0415  # as above
        from webapp.jobs.tending import tend  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            tend(timezone.now())
            if self._looks % CLEAR_EVERY == 0:
                clear(timezone.now())
        except (Error, OSError):
            logger.exception("The jobs could not be looked at; the next look is in a second.")
        self._looks += 1

    def _tell(self) -> None:
        from webapp.jobs.telling import tell_of_ends  # noqa: PLC0415  # as above

        try:
            tell_of_ends(timezone.now())
        except (Error, OSError):
            logger.exception("Nobody could be told of the ends of jobs; the next look is in a moment.")
