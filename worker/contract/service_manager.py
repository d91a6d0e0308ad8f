"""What a process tells systemd of itself: that it is ready, and that it has not come to a standstill.

sd_notify(3): a datagram to the socket that the environment names. Without such a service manager nothing is told.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

READY: Final = "READY=1"
ALIVE: Final = "WATCHDOG=1"
SIGNS_PER_TIMEOUT: Final = 4
"""So many signs of life in the time after which systemd takes the process for dead."""


def notify(state: str) -> None:
    """Tell systemd a state; nobody is told where nobody listens."""
    path = os.environ.get("NOTIFY_SOCKET")
    if not path:
        return
    # A socket in the abstract namespace is written with an at sign and addressed with a zero byte.
    address = f"\0{path[1:]}" if path.startswith("@") else path
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as teller:
        teller.sendto(state.encode(), address)


def watched_every_s() -> float | None:
    """Return after how many seconds without a sign this process is taken for dead; None where nobody watches it."""
    microseconds = os.environ.get("WATCHDOG_USEC", "")
    watched = os.environ.get("WATCHDOG_PID", str(os.getpid()))
    return int(microseconds) / 1e6 if microseconds.isdigit() and watched == str(os.getpid()) else None


def tell_ready(is_well: Callable[[], bool] = lambda: True) -> None:
    """Tell that this process is ready, and from then on, from a thread, that it lives, as long as `is_well`."""
    notify(READY)
    every_s = watched_every_s()
    if every_s is not None:
        threading.Thread(target=_sign, args=(every_s / SIGNS_PER_TIMEOUT, is_well), name="alive", daemon=True).start()


def _sign(pause_s: float, is_well: Callable[[], bool]) -> None:
    while True:
        if is_well():
            notify(ALIVE)
        time.sleep(pause_s)
