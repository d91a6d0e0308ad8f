"""Coalescing: requests for one version that come while others are under way leave together.

When nothing is in flight a request leaves at once; nobody ever waits for a window to fill.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from worker.contract.lane import LaneRequest

BATCH_REQUESTS_MAX: Final = 256
BATCH_BYTES_MAX: Final = 1 << 20
OVERDUE_S: Final = 0.05
"""A batch that takes longer no longer holds back the next: a large request must not delay the small ones behind it."""


class Batch:
    """Requests that left together, and how many of them still wait for their answer."""

    __slots__ = ("open_count", "requests", "timer")

    def __init__(self, requests: tuple[LaneRequest, ...]) -> None:
        self.requests = requests
        self.open_count = len(requests)
        self.timer: asyncio.TimerHandle | None = None


class Coalescer:
    """The requests for one version of one endpoint on their way to the lane.

    `send` puts a batch on the lane; `call_for_help` is called with each that becomes overdue. At most one batch that is
    not overdue is in flight, and two where the version `is_quick`: where the last batch was answered before it was
    overdue. The second is there when the worker is done with the first, so that neither side waits for the other.
    """

    def __init__(
        self, send: Callable[[Batch], None], call_for_help: Callable[[Batch], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._send = send
        self._call_for_help = call_for_help
        self._loop = loop
        self._waiting: deque[LaneRequest] = deque()
        self._in_flight: set[Batch] = set()
        self._flush_due = False
        self.is_quick = False

    @property
    def _is_full(self) -> bool:
        return len(self._in_flight) >= (2 if self.is_quick else 1)

    def submit(self, request: LaneRequest) -> None:
        """Take a request. It leaves in this turn of the loop when nothing is in flight."""
        self._waiting.append(request)
        if not self._is_full and not self._flush_due:
            # The end of this turn, not now: what the same turn still brings leaves with it, at no delay.
            self._flush_due = True
            self._loop.call_soon(self._flush)

    def answered(self, batch: Batch) -> None:
        """Count one answer of `batch`; when it was the last one, what has gathered meanwhile leaves."""
        batch.open_count -= 1
        if batch.open_count == 0:
            self.is_quick = batch in self._in_flight
            self._release(batch)

    def _overdue(self, batch: Batch) -> None:
        self.is_quick = False
        self._call_for_help(batch)
        self._release(batch)

    def _release(self, batch: Batch) -> None:
        if batch.timer is not None:
            batch.timer.cancel()
            batch.timer = None
        if batch in self._in_flight:
            self._in_flight.discard(batch)
            self._flush()

    def _flush(self) -> None:
        self._flush_due = False
        if self._is_full or not self._waiting:
            return
        batch = Batch(self._gather())
        self._in_flight.add(batch)
        batch.timer = self._loop.call_later(OVERDUE_S, self._overdue, batch)
        self._send(batch)

    def _gather(self) -> tuple[LaneRequest, ...]:
        requests = [self._waiting.popleft()]
        size_bytes = len(requests[0].body)
        while self._waiting and len(requests) < BATCH_REQUESTS_MAX:
            size_bytes += len(self._waiting[0].body)
            if size_bytes > BATCH_BYTES_MAX:
                break
            requests.append(self._waiting.popleft())
        return tuple(requests)
