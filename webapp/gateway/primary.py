"""The primary worker as this process knows it: its door, and the batches that were handed in there."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from webapp.gateway.coalescing import Batch
from webapp.gateway.door import Door
from worker.contract.lane import DOOR_BYTES_MAX

logger = logging.getLogger(__name__)

HANDED_IN_MAX: Final = 2
"""One that the worker computes and one that lies ready for it."""


class Primary:
    """Takes batches where it can. `on_message` gets its answers, `on_lost` what it held when it was gone.

    A knock says that something waits on the stream. While a batch is in the worker's hands the next one carries the
    knock: so nothing but batches is ever unread, and that shows whether the last of them is. The worker reads all that
    lies there at once: a batch that was unread when the last one was laid beside it is unread for as long as that one.
    """

    def __init__(
        self, directory: Path, *, on_message: Callable[[bytes], None], on_lost: Callable[[list[Batch]], None]
    ) -> None:
        self._directory = directory
        self._on_message = on_message
        self._on_lost = on_lost
        self._door: Door | None = None
        self._batches: list[Batch] = []
        self._read_together: list[Batch] = []
        self._knock_due = False

    @property
    def is_entered(self) -> bool:
        """Whether its door is open to this process."""
        return self._door is not None

    def follow(self, consumer: str) -> None:
        """Take a look's word on who is primary. Where it is another, the last one is gone, or hangs as a whole."""
        if not consumer or (self._door is not None and self._door.consumer == consumer):
            return
        if self._door is not None:
            self.leave()
            self._give_back()
        try:
            self._door = Door.enter(self._directory, consumer, on_message=self._on_message, on_lost=self._lose)
        except OSError as error:
            logger.debug("Worker %s is asked by Redis alone: %s", consumer, error)

    def leave(self) -> None:
        """Go; what was handed in stays in the worker's hands."""
        if self._door is not None:
            self._door.close()
            self._door = None

    def hand_in(self, batch: Batch, message_of: Callable[[bool], bytes]) -> bool:
        """Give it a batch; return whether it got it. `message_of` tells how to say it, with a knock or without."""
        if self._door is None or len(self._batches) >= HANDED_IN_MAX:
            return False
        message = message_of(self._knock_due)
        if len(message) > DOOR_BYTES_MAX:
            return False
        beside = self._read_together if self._batches and not self._door.is_read else []
        if not self._door.send(message):
            return False
        self._read_together = [*beside, batch]
        self._knock_due = False
        self._batches.append(batch)
        return True

    def has(self, batch: Batch) -> bool:
        """Return whether this batch is in its hands."""
        return batch in self._batches

    def has_unread(self, batch: Batch) -> bool:
        """Return whether it certainly has not read this batch: it is busy with something else."""
        if self._door is None or batch not in self._batches or batch not in self._read_together:
            return False
        return not self._door.is_read

    def settle(self, batch: Batch) -> None:
        """Note that a batch is answered, whoever answered it."""
        if batch in self._batches:
            self._batches.remove(batch)

    def knock(self) -> None:
        """Say that something waits on the stream."""
        self._knock_due = True
        self.knock_if_due()

    def knock_if_due(self) -> None:
        """Say it now if no batch has said it."""
        if self._knock_due and self._door is not None and not self._batches:
            self._knock_due = not self._door.send(b"")

    def _lose(self) -> None:
        self._door = None
        self._give_back()

    def _give_back(self) -> None:
        batches, self._batches = self._batches, []
        self._on_lost(batches)
