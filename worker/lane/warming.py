"""Loading what is deployed before it is asked for, in a thread of its own: the lane goes on meanwhile.

Each version is loaded once after it was deployed. Where the cache cannot hold all of them, what has left it comes back
when it is asked for, not before: else they would drive each other out for ever.

A worker that stands by leaves out what needs scikit-learn: its libraries take over 100 MB, for a worker that may never
be asked. It loads them when it becomes primary, or when the first request comes.
"""

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import hiredis

from worker.contract import names
from worker.contract.manifest import Engine
from worker.lane.link import Link, LinkLost
from worker.models.cache import ModelCache
from worker.models.errors import ModelError

logger = logging.getLogger(__name__)

LOOK_S: Final = 0.1


class Warming:
    """Loads deployed versions until it is stopped; `is_primary` tells whether this worker reads the lane at once."""

    def __init__(self, socket: Path, cache: ModelCache, is_primary: Callable[[], bool]) -> None:
        self._link = Link(socket)
        self._cache = cache
        self._is_primary = is_primary
        self._done: set[str] = set()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="warming", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End; a model that is being loaded is loaded to its end."""
        self._stopped.set()
        self._thread.join(timeout=10)
        self._link.close()

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            try:
                deployed = json.loads(self._link.call("GET", names.DEPLOYED) or b"[]")
            except (LinkLost, hiredis.ReplyError):
                continue  # the lane says that Redis is gone
            self._done.intersection_update(deployed)
            for digest in deployed:
                if digest not in self._done:
                    self._warm(digest)
                    self._tell()
            self._tell()

    def _tell(self) -> None:
        """Say what is loaded: gateways wait for it before they send requests to a new version."""
        if not self._is_primary():
            return
        try:
            self._link.call("SET", names.WARM, json.dumps(sorted(self._done)), "PX", names.WARM_TTL_MS)
        except (LinkLost, hiredis.ReplyError):
            return  # as above

    def _warm(self, digest: str) -> None:
        try:
            if not self._is_primary() and self._cache.manifest(digest).engine is not Engine.ONNX:
                return  # until this worker becomes primary
            self._cache.get(digest)
        except ModelError as error:
            # Said once; whoever asks for it is told as well.
            logger.warning("The deployed version %s cannot be loaded: %s", digest, error)
        self._done.add(digest)
