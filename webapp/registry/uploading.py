"""Uploaded files on their way in: each is written to the data directory's disk and moved from there into the spool."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from webapp.registry.models import ModelVersion, Status
from webapp.registry.publishing import NO_ROOM, store

UNDER_WAY_S: Final = 3600.0

CUT_OFF: Final = "is_cut_off"
"""The mark that a request gets whose files did not all fit on the disk."""


class SpoolUploadHandler(TemporaryFileUploadHandler):
    """Writes every file, small ones too, where it can be moved from. A full disk ends the upload, not the request."""

    def new_file(self, *arguments: Any, **options: Any) -> None:
        """Begin a file."""
        with self._ending_on_a_full_disk():
            super().new_file(*arguments, **options)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece of a file."""
        with self._ending_on_a_full_disk():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> "UploadedFile[Any] | None":
        """Return the file that is whole now."""
        with self._ending_on_a_full_disk():
            return super().file_complete(file_size)

    @contextmanager
    def _ending_on_a_full_disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            assert self.request is not None, "Django makes a handler with its request"
            setattr(self.request, CUT_OFF, True)
            if hasattr(self, "file"):
                os.ftruncate(self.file.fileno(), 0)  # else closing it would try to write the rest, and fail again
            raise StopUpload(connection_reset=False) from error


def is_cut_off(request: HttpRequest) -> bool:
    """Return whether the disk was full before all files of the request were written."""
    return getattr(request, CUT_OFF, False)


def clear() -> None:
    """Remove what was under way when the site was killed: uploads, and files in the spool that no version waits for.

    Call it while no process serves. What came within the last hour may be a push from the terminal and stays.
    """
    shutil.rmtree(settings.FILE_UPLOAD_TEMP_DIR, ignore_errors=True)
    Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = set(ModelVersion.objects.filter(status=Status.INSPECTING).values_list("inspection_id", flat=True))
    newest_s = time.time() - UNDER_WAY_S
    for inbox in settings.SPOOL_DIR.glob("inbox/*"):
        if inbox.name not in waiting and inbox.stat().st_mtime < newest_s:
            store().discard(inbox.name)
