"""The sign of life of the jobs worker, kept by the loop that takes its messages."""

from typing import Any

from celery import bootsteps, signals

from worker.contract.names import LIFE_BUSY_TTL_MS, LIFE_PREFIX, LIFE_REFRESH_S, LIFE_TTL_MS, QUEUE_JOBS


class SignOfLife(bootsteps.StartStopStep):
    """Keeps a key fresh while the loop turns. A worker that hangs or is gone leaves none.

    With `-P solo` the loop stands still while a task runs: before one, the worker signs for as long as a task may take.
    """

    requires: Any = ("celery.worker.consumer.tasks:Tasks",)

    def include_if(self, parent: Any) -> bool:  # noqa: ANN401  # Celery's consumer is untyped
        """Sign where jobs are consumed."""
        return QUEUE_JOBS in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:  # noqa: ANN401  # Celery's consumer is untyped
        """Sign at once and then regularly; after a lost connection, with the new one."""
        self._consumer = parent
        self._sign(LIFE_TTL_MS)
        self._timer = parent.timer.call_repeatedly(LIFE_REFRESH_S, self._sign, (LIFE_TTL_MS,))
        signals.task_prerun.connect(self._before_task, weak=False)  # type: ignore[no-untyped-call]  # Celery is untyped

    def stop(self, parent: Any) -> None:  # noqa: ANN401, ARG002  # Celery's consumer is untyped
        """Sign no more; what was signed expires by itself."""
        signals.task_prerun.disconnect(self._before_task)  # type: ignore[no-untyped-call]  # Celery is untyped
        self._timer.cancel()

    def _before_task(self, **_: object) -> None:
        self._sign(LIFE_BUSY_TTL_MS)

    def _sign(self, ttl_ms: int) -> None:
        key = f"{LIFE_PREFIX}{QUEUE_JOBS}:{self._consumer.hostname}"
        # Not the channel's own client: the loop waits on that connection, and would take our answer for a message.
        with self._consumer.connection.default_channel.conn_or_acquire() as client:
            client.set(key, 1, px=ttl_ms)
