"""Notices which processes were replaced by new ones, and says so without flooding the terminal."""

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

SILENCE_S: Final = 1.0
LOG_BYTES_READ: Final = 16384


class Restarts:
    """The processes as they were last seen."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._pids: dict[str, int] = {}
        self._said_s: dict[str, float] = {}

    def seen(self, pids: Mapping[str, int], now_s: float) -> Iterator[str]:
        """Yield a sentence for each program that runs as another process than before, one a second at most."""
        for name, pid in pids.items():
            former = self._pids.get(name, pid)
            self._pids[name] = pid
            if pid != former and now_s - self._said_s.get(name, -SILENCE_S) >= SILENCE_S:
                self._said_s[name] = now_s
                yield f"{name} ended{cause(self._log, name)} and was started again."


def cause(log: Path, name: str) -> str:
    """Return in brackets what supervisord's log says of the last end of the program; nothing when it says nothing."""
    ends = re.findall(rf"exited: {re.escape(name)} \((?:terminated by )?([^;()]+)", last_bytes(log))
    if not ends:
        return ""
    words = ends[-1].strip()
    with suppress(KeyError):
        return f" (signal {signal.Signals[words].value})"
    return f" ({words})"


def last_bytes(log: Path) -> str:
    """Return the end of the log; nothing when there is none."""
    with suppress(FileNotFoundError), log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - LOG_BYTES_READ))
        return file.read().decode(errors="replace")
    return ""
