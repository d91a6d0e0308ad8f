"""A process that nobody waits for makes room while the machine is wanted by others.

The kernel's idle class decides only who runs first. A process in it still takes every moment that the online path
leaves between two messages, and with it caches, memory bandwidth and the other half of a core: predictions at full
speed fell to half beside one. So it also rests, nine tenths of the time, as long as others keep taking the processor
from it, and nobody waits behind it (decision 31).
"""

import atexit
import os
import resource
import signal
import time
from contextlib import suppress
from types import FrameType
from typing import Final

TURN_S: Final = 0.05
"""Of work: while the process rests, or waits for the processor, no turn begins."""

REST_PER_WORK: Final = 9.0
REST_MAX_S: Final = 2.0
"""One long call of a library is not followed by a rest as long as a whole run."""

HURRY: Final = signal.SIGURG
"""From here on it rests no more. Whoever has not asked for this signal yet is not ended by it."""

TAKEN_PER_S: Final = 250.0
"""Times a second of its own work that it loses the processor: 150 at most on a machine at rest, 700 to 6,000 beside
predictions, also where the process is in no class of its own."""


def make_room() -> None:
    """Take only what nobody else wants, from here to the end of the process, and rest until it is sent `HURRY`."""
    with suppress(PermissionError):  # a hardened unit may not, and has its share of the processors by its weight
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    rests = _Rests()
    signal.signal(signal.SIGPROF, rests.take)
    signal.signal(HURRY, lambda _signal, _frame: rests.end())
    for each in (signal.SIGPROF, HURRY):
        # No call of a library comes back unfinished.
        signal.siginterrupt(each, False)  # noqa: FBT003  # it takes no names
    atexit.register(rests.end)  # Python's handlers end before the process does
    signal.setitimer(signal.ITIMER_PROF, TURN_S)


class _Rests:
    """Each turn of the timer looks back at the work since the last one, and rests in proportion if it was unwelcome."""

    def __init__(self) -> None:
        self.is_over = False
        self.worked_s, self.taken = _so_far()

    def take(self, _signal: int, _frame: FrameType | None) -> None:
        """Rest, if others wanted the processor since the last turn."""
        if self.is_over:
            return  # its signal had been sent already
        worked_s, taken = _so_far()
        work_s = worked_s - self.worked_s
        if taken - self.taken > TAKEN_PER_S * work_s:
            time.sleep(min(REST_PER_WORK * work_s, REST_MAX_S))
        self.worked_s, self.taken = _so_far()
        if not self.is_over:
            # One at a time: as threads go on working, a turn would begin within a rest, rest itself, and so on.
            signal.setitimer(signal.ITIMER_PROF, TURN_S)

    def end(self) -> None:
        """Rest no more."""
        self.is_over = True
        signal.setitimer(signal.ITIMER_PROF, 0)


def _so_far() -> tuple[float, int]:
    """Return the seconds of work, and how often the processor was taken away."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime, usage.ru_nivcsw
