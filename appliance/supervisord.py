"""Runs supervisord so that a full disk does not end it, and the box with it: what it cannot log is lost, no more."""

import contextlib
import sys
from typing import IO, Any

from supervisor import supervisord


class Unfailing:
    """A stream that drops what it cannot write. supervisord tells there that a log cannot be written."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Pass on what can be passed on."""
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the stream has
        return getattr(self._stream, name)


if __name__ == "__main__":
    sys.stderr = Unfailing(sys.stderr)
    supervisord.main()
