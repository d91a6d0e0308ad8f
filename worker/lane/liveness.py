"""The sign of life of an inference worker, from a thread of its own: a long prediction must not look like death."""

import logging
import threading
from pathlib import Path

from worker.contract import names
from worker.lane.link import Link, LinkLost

logger = logging.getLogger(__name__)


class Liveness:
    """Keeps `bastide:alive` and `bastide:alive:<consumer>` fresh until it is stopped."""

    def __init__(self, socket: Path, consumer: str) -> None:
        self._link = Link(socket)
        self._consumer = consumer
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
            self._link.call("DEL", names.ALIVE_PREFIX + self._consumer)
        except LinkLost:
            logger.debug("Redis is gone before its worker; the sign of life expires by itself.")
        self._link.close()

    def _run(self) -> None:
        keys = (names.ALIVE, names.ALIVE_PREFIX + self._consumer)
        signs = [("SET", key, "1", "PX", names.ALIVE_TTL_MS) for key in keys]
        while not self._stopped.is_set():
            try:
                self._link.call_all(signs)
            except LinkLost as lost:
                logger.warning("The sign of life could not be written: %s", lost)
            self._stopped.wait(names.ALIVE_REFRESH_S)
