"""Turns the signals that end a command into an exception, so that what it has begun is ended or undone in order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, what asks a process to end, and the closing of its terminal."""


INTERRUPTED: Final = "Interrupted."
GOES_ON: Final = f"{INTERRUPTED} Type the same command again: it goes on where it stopped."
PUT_BACK: Final = f"{INTERRUPTED} The box is whole: sudo bastide status tells which release runs."
NEXT: Final = {
    **dict.fromkeys(("install", "uninstall"), GOES_ON),
    **dict.fromkeys(("restore", "upgrade", "rollback"), PUT_BACK),
}


def last_words(command: str) -> str:
    """Return what is to be known once a command was ended, by whoever typed it."""
    return NEXT.get(command, INTERRUPTED)


class Ended(KeyboardInterrupt):
    """Somebody asked the command to end. No handler of errors may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


@contextmanager
def raised() -> Iterator[None]:
    """Raise Ended at the first signal. What `nohup` has a command ignore, it goes on to ignore."""
    former = {each: signal.getsignal(each) for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN}

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001  # the signature is Python's
        # From here on the end is under way; an impatient second Ctrl-C must not leave it half done.
        for each in former:
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    for each in former:
        signal.signal(each, end)
    try:
        yield
    finally:
        for each, handler in former.items():
            signal.signal(each, handler)
