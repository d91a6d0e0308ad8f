"""Since when something is so, window by window: the rule of the alarm itself, for all who tell the day."""

from collections.abc import Iterable, Sequence

from worker.contract.monitoring import LOOKED_AT, REPEATED, Found, Subject


def since(windows: Sequence[Found], subjects: Iterable[Subject]) -> int:
    """Return the place of the first window of the run that shows one of these subjects, up to the last window.

    `windows` follow one another, the oldest first; the last is the one that alarms about them. Windows with too few
    rows say nothing and are passed over.
    """
    telling = [(place, each.changed) for place, each in enumerate(windows) if each.rows >= each.rows_needed]
    firsts = (begun([subject in changed for _, changed in telling]) for subject in subjects)
    return min((telling[first][0] for first in firsts), default=len(windows) - 1)


def begun(shown: Sequence[bool]) -> int:
    """Return the place of the first of the windows in which it was so, in one run up to the last, which shows it.

    A run goes on over as many windows without it as an alarm does: one of three.
    """
    first, missed = len(shown) - 1, 0
    for place in reversed(range(len(shown))):
        if shown[place]:
            first, missed = place, 0
        else:
            missed += 1
        if missed > LOOKED_AT - REPEATED:
            break
    return first
