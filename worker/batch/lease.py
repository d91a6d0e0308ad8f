"""The lease of a step: a key in Redis that a thread keeps fresh, so that nobody takes slow for dead."""

import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import hiredis

from worker.contract.batch import CANCELED_PREFIX, LEASE_PREFIX, LEASE_REFRESH_S, LEASE_TTL_MS, Step
from worker.lane.link import Link, LinkLost

logger = logging.getLogger(__name__)


class Canceled(Exception):
    """Nobody waits for this step any more."""


class Lease:
    """Held while a step is done. It is left to expire: the answer must be read before anybody misses the lease.

    `rows_done` is told along with it. A Redis that was wiped has the key again a second later.
    """

    def __init__(self, socket: Path, step: Step) -> None:
        self._link = Link(socket)
        self._step = step
        self._key = LEASE_PREFIX + step.token
        self._canceled_key = f"{CANCELED_PREFIX}{step.job_id}:{step.attempt}"
        self._stopped = threading.Event()
        self._signing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._is_canceled = False
        self.rows_done = 0

    def __enter__(self) -> Self:
        self._sign()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join()
        self._sign()
        self._link.close()

    def progress(self, rows_done: int) -> None:
        """Tell how many rows are done. Raise Canceled if the job was."""
        self.rows_done = rows_done
        if self._is_canceled:
            raise Canceled

    def confirm(self) -> None:
        """Ask at once whether somebody waits. Raise Canceled if nobody does: this process may have stood still."""
        self._sign()
        self.progress(self.rows_done)

    def _run(self) -> None:
        while not self._stopped.wait(LEASE_REFRESH_S):
            self._sign()

    def _sign(self) -> None:
        try:
            with self._signing:
                canceled, signed = self._link.call_all(
                    [("EXISTS", self._canceled_key), ("SET", self._key, self.rows_done, "PX", LEASE_TTL_MS)]
                )
        except LinkLost as lost:
            signed = lost
        else:
            self._is_canceled = canceled == 1
        if isinstance(signed, LinkLost | hiredis.ReplyError):
            told = "The lease of a step of job %s (request %s) could not be written: %s"
            logger.warning(told, self._step.job_id, self._step.request_id or "-", signed)
