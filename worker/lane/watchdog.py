"""Ends a worker that hangs: a model that never answers must not hold the lane for ever.

There are two ways to hang. A call that lets other threads run is timed by a thread of ours. One that keeps the
interpreter's lock, such as a regular expression without end, stops every thread of Python: the timer of `faulthandler`
needs no lock, and our thread puts it off for as long as it runs at all. The process ends and is replaced; what it held
is tried by others, alone, and the third delivery is an error.
"""

import faulthandler
import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final

logger = logging.getLogger(__name__)

HUNG_S: Final = 30
"""Three times what any caller waits: a large model that is loaded for its first request may take long, too."""
LOOK_S: Final = 0.5
STDERR: Final = 2
"""Celery puts something else in the place of `sys.stderr`."""
EXIT_SOFTWARE: Final = 70
"""`EX_SOFTWARE` of sysexits.h."""


class Watchdog:
    """Watches until it is stopped; `busy_since_s` tells since when one answer is being computed, None when none is."""

    def __init__(self, busy_since_s: Callable[[], float | None]) -> None:
        self._busy_since_s = busy_since_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin, before there is anything to watch: the very first request may be the one that hangs."""
        _put_off()
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stopped.set()
        self._thread.join(timeout=2)
        faulthandler.cancel_dump_traceback_later()

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            _put_off()
            since_s = self._busy_since_s()
            if since_s is not None and time.monotonic() - since_s > HUNG_S:
                logger.critical("One answer takes over %d s; this worker ends, and is replaced.", HUNG_S)
                os._exit(EXIT_SOFTWARE)


def _put_off() -> None:
    faulthandler.dump_traceback_later(HUNG_S, exit=True, file=STDERR)
