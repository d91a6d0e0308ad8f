"""The lane as a part of a Celery worker: it starts and stops with it, where the worker consumes the inference queue."""

import gc
import os
from typing import Protocol

from celery import bootsteps

from worker.contract.journal import DIRECTORY
from worker.contract.names import QUEUE_INFERENCE
from worker.journal.writing import JournalWriter
from worker.lane.memory_bound import bound_memory
from worker.lane.noting import Noting
from worker.lane.reading import LaneReader
from worker.models.cache import ModelCache
from worker.settings import SETTINGS


class _Queues(Protocol):
    consume_from: dict[str, object]


class _Amqp(Protocol):
    queues: _Queues


class _App(Protocol):
    amqp: _Amqp


class _Worker(Protocol):
    """As much of Celery's worker as this step looks at."""

    app: _App


class LaneStep(bootsteps.StartStopStep):
    """Starts a `LaneReader` beside the worker's own consumer."""

    requires = ("celery.worker.components:Pool",)  # type: ignore[assignment]  # Celery names it without a type

    def include_if(self, parent: _Worker) -> bool:
        """Only inference workers read the lane."""
        return QUEUE_INFERENCE in parent.app.amqp.queues.consume_from

    def start(self, parent: _Worker) -> None:  # noqa: ARG002  # Celery's signature
        """Begin to serve requests. What is loaded by now stays, so the garbage collector need not look at it again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        # What an inspection may take is the most that any accepted model needed, and the others stay loaded.
        bound_memory(SETTINGS.inspection_memory_bytes + SETTINGS.model_cache_bytes)
        cache = ModelCache(SETTINGS.models_dir, SETTINGS.model_cache_bytes)
        self._journal = JournalWriter(SETTINGS.spool_dir / DIRECTORY, f"inference-{os.getpid()}")
        self._journal.start()
        noting = Noting(self._journal)
        self._reader = LaneReader(SETTINGS.redis_socket, SETTINGS.doors_dir, cache, noting.answered, noting.refused)
        self._reader.start()

    def stop(self, parent: _Worker) -> None:  # noqa: ARG002  # Celery's signature
        """Finish what is in hand."""
        self._reader.stop()
        self._journal.close()
