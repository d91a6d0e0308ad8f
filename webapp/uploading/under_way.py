"""The life of a resumable upload: begun, given up, used, expired."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

from webapp.accounts.models import User
from webapp.uploading import files
from webapp.uploading.errors import (
    TooManyUploadsError,
    UploadIncompleteError,
    UploadMissingError,
    UploadTooLargeError,
)
from webapp.uploading.models import LIFE, Upload
from webapp.uploading.room import require_room, telling_of_a_full_disk

OPEN_MAX: Final = 20
"""So many uploads may somebody have begun and not used."""

OPEN_FILES_MAX: Final = 4
"""They may declare so many times what one file may have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenFile:
    """A file that has arrived as a whole and is the caller's now, to move (os.replace) or to remove."""

    path: Path
    name: str
    size_bytes: int


def begin(user: User, name: str, size_bytes: int, now: datetime) -> Upload:
    """Return a new upload of which nothing has arrived. Raise an UploadError if it cannot be taken."""
    if size_bytes > settings.UPLOAD_BYTES_MAX:
        raise UploadTooLargeError(size_bytes, settings.UPLOAD_BYTES_MAX)
    mine = Upload.objects.open_to(user.pk, now)
    count, declared_bytes = mine.count(), mine.size_bytes()
    if count >= OPEN_MAX or (count and declared_bytes + size_bytes > OPEN_FILES_MAX * settings.UPLOAD_BYTES_MAX):
        raise TooManyUploadsError(count, declared_bytes)
    require_room(size_bytes)
    with telling_of_a_full_disk():
        # The file first: a row whose file is missing could be neither continued nor begun again.
        upload_id = uuid4().hex
        files.make(upload_id)
        return Upload.objects.create(
            id=upload_id, owner=user, name=name, size_bytes=size_bytes, created_at=now, expires_at=now + LIFE
        )


def find(upload_id: str, owner_id: int, now: datetime) -> Upload:
    """Return somebody's upload. Raise UploadMissingError alike for what is absent, expired, or somebody else's."""
    upload = Upload.objects.open_to(owner_id, now).filter(pk=upload_id).first()
    if upload is None:
        raise UploadMissingError
    return upload


def give_up(upload: Upload) -> None:
    """Remove an upload; a request that brings a piece of it ends."""
    Upload.objects.filter(pk=upload.pk).delete()
    files.remove(upload.pk)


def take(upload_id: str, user: User) -> TakenFile:
    """Return the file of a complete upload, which is the caller's from now on; the upload is gone.

    Raise UploadMissingError if it is not this user's or somebody took it, UploadIncompleteError if it is not whole.
    In a transaction that is rolled back, the upload is there again, with its file as long as that was not moved.
    """
    upload = Upload.objects.filter(pk=upload_id, owner=user).first()
    if upload is None:
        raise UploadMissingError
    offset_bytes = upload.offset_bytes
    if offset_bytes != upload.size_bytes:
        raise UploadIncompleteError(upload.name, offset_bytes, upload.size_bytes)
    deleted, _ = Upload.objects.filter(pk=upload.pk).delete()
    if deleted != 1:
        raise UploadMissingError  # another request took it a moment ago
    files.forget_writer(upload.pk)
    return TakenFile(path=upload.path, name=upload.name, size_bytes=offset_bytes)


def clear_expired(now: datetime) -> int:
    """Remove the uploads that have expired, and old files of none. Return how many uploads. Call it now and then."""
    removed = 0
    for upload in Upload.objects.filter(expires_at__lte=now):
        # Guarded: a piece that came a moment ago prolonged it.
        deleted, _ = Upload.objects.filter(pk=upload.pk, expires_at__lte=now).delete()
        if deleted:
            files.remove(upload.pk)
            removed += 1
    _clear_orphans(now)
    return removed


def _clear_orphans(now: datetime) -> None:
    """Remove files whose upload is gone: its owner was deleted, or whoever took it died before moving it."""
    oldest_s = (now - LIFE).timestamp()
    known = set(Upload.objects.values_list("pk", flat=True))
    for path in files.directory().glob("*"):
        if path.name.partition(".")[0] not in known and path.stat().st_mtime < oldest_s:
            path.unlink(missing_ok=True)
