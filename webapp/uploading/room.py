"""Room on the disk of the data directory, and what is said when there is none."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError

from webapp.registry.publishing import NO_ROOM
from webapp.uploading.errors import NoRoomError


def has_room(size_bytes: int) -> bool:
    """Return whether so many bytes more leave the reserve that the database, the logs and Redis need."""
    return bool(shutil.disk_usage(settings.DATA_DIR).free >= size_bytes + settings.DISK_RESERVE_BYTES)


def require_room(size_bytes: int) -> None:
    """Raise NoRoomError if the disk has no room for so many bytes more."""
    if not has_room(size_bytes):
        raise NoRoomError


@contextmanager
def telling_of_a_full_disk() -> Iterator[None]:
    """Turn what the system or the database says of a full disk into NoRoomError."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise NoRoomError from error
    except OperationalError as error:
        if "disk is full" not in str(error):
            raise
        raise NoRoomError from error
