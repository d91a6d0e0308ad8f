"""Files that grow, one an upload. The length of a file is how much of it has arrived: nothing else is believed."""

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Final

from django.conf import settings

from webapp.uploading.errors import UploadBusyError, UploadMissingError

DIRECTORY: Final = "resumable"
WRITER: Final = ".writer"
"""Ends the name of the file beside an upload that says who writes to it."""


def directory() -> Path:
    """Return where the files lie. A restart does not clear it."""
    return Path(settings.SPOOL_DIR) / DIRECTORY


def path_of(upload_id: str) -> Path:
    """Return the file of an upload."""
    return directory() / upload_id


def make(upload_id: str) -> None:
    """Make an empty file."""
    directory().mkdir(mode=0o700, parents=True, exist_ok=True)
    path_of(upload_id).touch(mode=0o600, exist_ok=False)


def remove(upload_id: str) -> None:
    """Remove a file and let whoever writes to it know. A second time does nothing."""
    forget_writer(upload_id)
    path_of(upload_id).unlink(missing_ok=True)


def forget_writer(upload_id: str) -> None:
    """End whoever writes to a file."""
    (directory() / (upload_id + WRITER)).unlink(missing_ok=True)


def length_bytes(upload_id: str) -> int:
    """Return how much has arrived. Raise UploadMissingError if there is no file."""
    try:
        return path_of(upload_id).stat().st_size
    except FileNotFoundError:
        raise UploadMissingError from None


class Writer:
    """Who appends to a file, of all web processes: the newest that came says so, and the others end.

    A connection that died without a word still counts as open for minutes. Its caller has come back by then, and
    must not wait for it: so the newer one wins, and then waits only for what the older is just writing.
    """

    def __init__(self, upload_id: str) -> None:
        self._token = token_hex(8)
        self._mark = directory() / (upload_id + WRITER)
        self._lock = threading.Lock()
        try:
            self._descriptor = os.open(path_of(upload_id), os.O_WRONLY | os.O_APPEND)
        except FileNotFoundError:
            raise UploadMissingError from None
        self._is_open = True
        try:
            self._claim()
        except OSError:
            self.close()
            raise

    @property
    def size_bytes(self) -> int:
        """How much has arrived."""
        return os.fstat(self._descriptor).st_size

    def is_alone(self) -> bool:
        """Return whether the file is locked for this writer now. Raise as `require_ours`."""
        self.require_ours()
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def require_ours(self) -> None:
        """Raise UploadBusyError if somebody newer came, UploadMissingError if the upload is gone."""
        try:
            token = self._mark.read_text()
        except FileNotFoundError:
            raise UploadMissingError from None
        if token != self._token:
            raise UploadBusyError

    def write(self, content: bytes) -> None:
        """Append, if the file is still ours. What a full disk still takes stays."""
        with self._lock:
            if not self._is_open:
                return  # the task that asked was canceled; the descriptor's number may be another file's by now
            self.require_ours()
            left = memoryview(content)
            while left:
                left = left[os.write(self._descriptor, left) :]

    def close(self) -> None:
        """Let the next one in."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                os.close(self._descriptor)

    def _claim(self) -> None:
        draft = self._mark.with_name(f"{self._mark.name}-{self._token}")
        try:
            draft.write_text(self._token)
            draft.replace(self._mark)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
