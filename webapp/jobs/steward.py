"""Looks at the jobs every second, in the loop of the control worker: nothing else sends their steps."""

import logging
from typing import Any, Final

from celery import bootsteps
from django.db import Error, close_old_connections
from django.utils import timezone

from worker.contract.names import QUEUE_CONTROL

logger = logging.getLogger(__name__)

EVERY_S: Final = 1.0
TELL_EVERY_S: Final = 2.0
CLEAR_EVERY: Final = 60
"""So many looks are between two clearings of what has expired."""


class Steward(bootsteps.StartStopStep):
    """Sends what waits, asks again for what was lost, clears what has expired, tells of ends.

    With `-P solo` the loop stands still while a task runs, so that no two of them ever look at the same time.
    """

    requires: Any = ("celery.worker.consumer.tasks:Tasks",)

    def include_if(self, parent: Any) -> bool:  # noqa: ANN401  # Celery's consumer is untyped
        """Look where records are consumed."""
        return QUEUE_CONTROL in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:  # noqa: ANN401  # Celery's consumer is untyped
        """Begin."""
        self._looks = 0
        self._timers = [
            parent.timer.call_repeatedly(EVERY_S, self._look),
            parent.timer.call_repeatedly(TELL_EVERY_S, self._tell),
        ]

    def stop(self, parent: Any) -> None:  # noqa: ANN401, ARG002  # Celery's consumer is untyped
        """End."""
        for timer in self._timers:
            timer.cancel()

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
