"""Uploads that are under way, or complete and not used yet."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from django.db import models
from django.db.models import Sum

from webapp.accounts.models import User
from webapp.uploading import files
from webapp.uploading.names import NAME_LENGTH_MAX

LIFE: Final = timedelta(days=1)
"""An upload to which nothing comes for so long is removed."""

PROLONGED_EVERY: Final = timedelta(hours=1)


class Uploads(models.QuerySet["Upload"]):
    """Finds uploads."""

    def open_to(self, owner_id: int, now: datetime) -> Self:
        """Return the uploads that somebody may continue or use."""
        return self.filter(owner_id=owner_id, expires_at__gt=now)

    def size_bytes(self) -> int:
        """Return what all of them declare together."""
        return self.aggregate(total=Sum("size_bytes"))["total"] or 0


class Upload(models.Model):
    """A file that comes in pieces. How much of it is there only the file knows."""

    id = models.CharField(primary_key=True, max_length=32, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    size_bytes = models.BigIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    objects = Uploads.as_manager()

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """The file."""
        return files.path_of(self.pk)

    @property
    def offset_bytes(self) -> int:
        """How much has arrived. Raise UploadMissingError if the file is gone."""
        return files.length_bytes(self.pk)

    def prolong(self, now: datetime) -> None:
        """Begin the time anew after which it expires; rarely written, for a file comes in many pieces."""
        if self.expires_at < now + LIFE - PROLONGED_EVERY:
            self.expires_at = now + LIFE
            self.save(update_fields=["expires_at"])
