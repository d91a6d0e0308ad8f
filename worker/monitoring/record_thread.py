"""A thread of the jobs worker that answers questions about rows, so that nobody who asks waits for an inspection."""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty
from typing import Any, Final, Protocol

from celery import bootsteps
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from worker.contract.names import QUEUE_JOBS, QUEUE_RECORDS, TASK_FIND_ROWS, TASK_FORGET_ROWS
from worker.journal.turn import TURN, WANTED

logger = logging.getLogger(__name__)

PAUSE_S: Final = 0.5
"""After so long without a message, what had to wait is looked at again."""

RECONNECT_S: Final = 1.0
STOP_TIMEOUT_S: Final = 20.0
EXIT_SOFTWARE: Final = 70


class _Message(Protocol):
    """As much of kombu's message as is looked at."""

    headers: dict[str, Any]
    payload: Any

    def ack(self) -> None: ...


class RecordStep(bootsteps.StartStopStep):
    """Starts the thread beside the worker's own consumer, where jobs are consumed."""

    requires: Any = ("celery.worker.components:Pool",)

    def include_if(self, parent: Any) -> bool:  # noqa: ANN401  # Celery's worker is untyped
        """Answer where jobs are consumed."""
        return QUEUE_JOBS in parent.app.amqp.queues.consume_from

    def start(self, parent: Any) -> None:  # noqa: ANN401  # Celery's worker is untyped
        """Begin to answer."""
        self._thread = RecordThread(parent.app)
        self._thread.start()

    def stop(self, parent: Any) -> None:  # noqa: ANN401, ARG002  # Celery's worker is untyped
        """Finish what is in hand. What is not finished is given back when the next worker starts."""
        self._thread.stop()


class RecordThread:
    """Takes messages from a queue of its own, until it is stopped."""

    def __init__(self, app: Any) -> None:  # noqa: ANN401  # Celery is untyped
        self._app = app
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run_or_die, name="records", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand, and take no more."""
        self._stopped.set()
        self._thread.join(timeout=STOP_TIMEOUT_S)

    def _run_or_die(self) -> None:
        try:
            self._run()
        except BaseException:
            # A thread that stopped while its process looks alive would be asked for ever: a dead process is replaced.
            logger.critical("The thread of records ended by a fault of its own; its process with it.", exc_info=True)
            os._exit(EXIT_SOFTWARE)

    def _run(self) -> None:
        said = ""
        while not self._stopped.is_set():
            try:
                with self._app.connection_for_read() as connection:
                    self._serve(connection.SimpleQueue(QUEUE_RECORDS))
            except (OperationalError, RedisError, OSError) as error:
                if str(error) != said:
                    said = str(error)
                    logger.warning("Questions about rows cannot be taken from Redis; tried again: %s", error)
                self._stopped.wait(RECONNECT_S)

    def _serve(self, queue: Any) -> None:  # noqa: ANN401  # kombu is untyped
        waiting: list[_Message] = []
        while not self._stopped.is_set():
            with suppress(Empty):
                waiting.append(queue.get(timeout=PAUSE_S))
            waiting = [each for each in waiting if not self._is_done(each)]

    def _is_done(self, received: _Message) -> bool:
        """Do what a message asks for; return False where it must wait, which holds up none of the others."""
        task, message = str(received.headers.get("task")), received.payload[1]["message"]
        if task == TASK_FIND_ROWS:
            received.ack()  # whoever waits asks again; one that ends the process must not end the next one too
            self._app.tasks[task](message=message)
            return True
        if task != TASK_FORGET_ROWS:
            logger.warning("Nobody answers a task %r in the queue %s; it is dropped.", task, QUEUE_RECORDS)
            received.ack()
            return True
        with _turn_for(message) as has_turn:
            if has_turn:
                self._app.tasks[task](message=message)
                received.ack()
        return has_turn


@contextmanager
def _turn_for(message: dict[str, Any]) -> Iterator[bool]:
    """Give whether a count or a deletion may be done now; a deletion has the journal for itself meanwhile."""
    from worker.monitoring.record_tasks import is_written  # noqa: PLC0415  # it imports the app, which adds this step

    if not is_written(int(message["until_ms"]), time.time()):
        yield False
    elif not message.get("does_delete"):
        yield True
    elif TURN.acquire(blocking=False):
        WANTED.clear()
        try:
            yield True
        finally:
            TURN.release()
    else:
        WANTED.set()
        yield False
