"""What the control worker does at intervals, in its loop: nothing else of the site has a clock.

With `-P solo` the loop stands still while a task runs, so that a round never runs beside a task or another round.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from celery import bootsteps

from worker.contract.names import QUEUE_CONTROL


class Round(NamedTuple):
    """What is done, and how often."""

    every_s: float
    do: Callable[[], None]


class Rounds(bootsteps.StartStopStep):
    """Does its rounds where records are consumed. Models cannot be imported before: Celery sets Django up later."""

    requires: Any = ("celery.worker.consumer.tasks:Tasks",)

    def rounds(self) -> tuple[Round, ...]:
        """Return what is done. An exception of a round would end the worker: it catches those that may come."""
        raise NotImplementedError

    def include_if(self, parent: Any) -> bool:  # noqa: ANN401  # Celery's consumer is untyped
        """Take part where records are consumed."""
        return QUEUE_CONTROL in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:  # noqa: ANN401  # Celery's consumer is untyped
        """Begin."""
        self._timers = [parent.timer.call_repeatedly(each.every_s, each.do) for each in self.rounds()]

    def stop(self, parent: Any) -> None:  # noqa: ANN401, ARG002  # Celery's consumer is untyped
        """End."""
        for timer in self._timers:
            timer.cancel()
