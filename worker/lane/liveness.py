"""The sign of life of an inference worker, from a thread of its own: a long prediction must not look like death.

With it the workers agree who is primary: whoever holds the key, until the sign of life stops.
"""

import logging
import threading
from pathlib import Path

from worker.contract import names
from worker.lane.link import Command, Link, LinkLost

logger = logging.getLogger(__name__)


class Liveness:
    """Keeps the keys fresh until it is stopped. `is_primary` is what the last look showed."""

    def __init__(self, socket: Path, consumer: str) -> None:
        self._link = Link(socket)
        self._consumer = consumer
        self.is_primary = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="liveness", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End, and take back the worker's own sign so that its peers need not wait for it to expire."""
        self._stopped.set()
        self._thread.join(timeout=2)
        try:
            mine = [names.ALIVE_PREFIX + self._consumer, *([names.LANE_PRIMARY] if self.is_primary else [])]
            self._link.call("DEL", *mine)
        except LinkLost:
            logger.debug("Redis is gone before its worker; the sign of life expires by itself.")
        self._link.close()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._sign()
            except LinkLost as lost:
                self.is_primary = False
                logger.warning("The sign of life could not be written: %s", lost)
            self._stopped.wait(names.ALIVE_REFRESH_S)

    def _sign(self) -> None:
        ttl = ("PX", names.ALIVE_TTL_MS)
        keep: list[Command] = [("PEXPIRE", names.LANE_PRIMARY, names.ALIVE_TTL_MS)] if self.is_primary else []
        *_, primary = self._link.call_all(
            [
                ("SET", names.ALIVE, "1", *ttl),
                ("SET", names.ALIVE_PREFIX + self._consumer, "1", *ttl),
                *keep,
                ("SET", names.LANE_PRIMARY, self._consumer, "NX", *ttl),
                ("GET", names.LANE_PRIMARY),
            ]
        )
        self.is_primary = primary == self._consumer.encode()
