"""Looks at the clock in the loop of the control worker: what has expired, and what the tracking server lacks."""

import logging
import threading
from typing import Final

from django.db import Error, close_old_connections, connection
from django.utils import timezone

from webapp.rounds import Round, Rounds

logger = logging.getLogger(__name__)

EVERY_S: Final = 3600.0
TRACK_EVERY_S: Final = 60.0


class Upkeep(Rounds):
    """Deletes hourly what has expired, and tells the tracking server each minute of windows that were closed."""

    _tracking: threading.Thread | None = None

    def rounds(self) -> tuple[Round, ...]:
        """Return what is done."""
        return Round(EVERY_S, self._clear), Round(TRACK_EVERY_S, self._track)

    def _clear(self) -> None:
        # Models cannot be imported before Celery has set Django up.
        from webapp.retraining import exporting, replaying  # noqa: PLC0415  # as above

        try:
            close_old_connections()
            exporting.clear(timezone.now())
            replaying.clear(timezone.now())
        except (Error, OSError):
            logger.exception("Exports and replays could not be cleared; the next try is in an hour.")

    def _track(self) -> None:
        """Log in a thread: a server that answers late holds nothing else up, and is asked by one thread at a time."""
        if self._tracking is None or not self._tracking.is_alive():
            self._tracking = threading.Thread(target=_log_due, name="tracking", daemon=True)
            self._tracking.start()


def _log_due() -> None:
    from webapp.retraining.tracking import log_due  # noqa: PLC0415  # as above

    try:
        log_due(timezone.now())
    except (Error, OSError):
        logger.exception("Windows could not be logged; the next try is in a minute.")
    finally:
        connection.close()
