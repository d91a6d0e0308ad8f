"""What was done with recorded rows: outcomes that were told, files of them, and the deletion of a person's rows."""

from datetime import datetime

import msgspec
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion
from worker.contract.records import ForgetOutcome, Selector
from worker.contract.truth import TruthOutcome
from worker.contract.truth_files import TruthFileOutcome


def to_ms(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


class TruthDelivery(models.Model):
    """Outcomes that somebody sent, and what became of them; the outcomes themselves are kept beside the journal."""

    delivery_id = models.CharField(max_length=32, unique=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="truth_deliveries")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent"))
    received = models.PositiveIntegerField(_("received"))
    outcome_json = models.JSONField(null=True, db_column="outcome")

    class Meta:
        ordering = ("-sent_at", "-pk")

    def __str__(self) -> str:
        return f"{self.endpoint.name}, {self.sent_at:%Y-%m-%d %H:%M}"

    @property
    def outcome(self) -> TruthOutcome | None:
        """What became of them; None while nobody knows."""
        return None if self.outcome_json is None else msgspec.convert(self.outcome_json, TruthOutcome)


class OutcomeArrival(models.Model):
    """That outcomes came of rows that a version answered behind an endpoint, until these rows are looked at again.

    The oldest of the rows is of `since_ms`, in milliseconds since 1970. `are_all_known`: no older ones may be meant.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="outcome_arrivals")
    digest = models.CharField(max_length=64)
    since_ms = models.PositiveBigIntegerField(null=True)
    are_all_known = models.BooleanField(default=True)
    came_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("endpoint", "digest"), name="one_arrival_per_version"),)

    def __str__(self) -> str:
        return f"{self.endpoint.name}, {self.came_at:%Y-%m-%d %H:%M}"


class FileStage(models.TextChoices):
    """How far a file of outcomes has come."""

    READING = "reading", _("being read")
    WAITING = "waiting", _("waits for you")
    TAKING = "taking", _("being taken")
    TAKEN = "taken", _("taken")
    FAILED = "failed", _("failed")


class TruthFile(models.Model):
    """A file of outcomes that somebody sent. Its cells are kept here only until its columns are chosen."""

    file_id = models.CharField(max_length=32, unique=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="truth_files")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    sent_at = models.DateTimeField(_("sent"))
    file_name = models.CharField(max_length=255)
    stage = models.CharField(max_length=16, choices=FileStage.choices, default=FileStage.READING)
    outcome_json = models.JSONField(null=True, db_column="outcome")

    class Meta:
        ordering = ("-sent_at", "-pk")

    def __str__(self) -> str:
        return f"{self.endpoint.name}: {self.file_name}"

    @property
    def outcome(self) -> TruthFileOutcome | None:
        """What was understood, or what became of it."""
        return None if self.outcome_json is None else msgspec.convert(self.outcome_json, TruthFileOutcome)

    def move(self, to: FileStage, *sources: FileStage, **changes: object) -> bool:
        """Go on to a stage, if it is at one of these. Return whether it was."""
        same = TruthFile.objects.filter(pk=self.pk, stage__in=sources)
        moved = same.update(stage=to, **changes) == 1
        self.refresh_from_db()
        return moved


class DeletionStage(models.TextChoices):
    """How far the deletion of a person's rows has come."""

    COUNTING = "counting", _("being counted")
    COUNTED = "counted", _("waits for you")
    DELETING = "deleting", _("being deleted")
    DELETED = "deleted", _("deleted")
    GIVEN_UP = "given_up", _("given up")
    FAILED = "failed", _("failed")


class RowDeletion(models.Model):
    """The deletion of a person's rows, and its proof. Which rows these are is kept only until they are deleted.

    `fingerprints` are SHA-256 of the deletion's id, a line feed and each value by which rows were selected: whoever
    knows a value can see that it was meant, and nobody can read it here.
    """

    deletion_id = models.CharField(max_length=32, unique=True)
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    wanted_by_name = models.CharField(max_length=150)
    wanted_at = models.DateTimeField(_("wanted"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    reason = models.TextField(_("why"), blank=True)
    endpoints = models.JSONField(default=list)
    selector_json = models.JSONField(null=True, db_column="selector")
    fingerprints = models.JSONField(default=list)
    stage = models.CharField(max_length=16, choices=DeletionStage.choices, default=DeletionStage.COUNTING)
    counted_json = models.JSONField(null=True, db_column="counted")
    done_json = models.JSONField(null=True, db_column="done")

    class Meta:
        ordering = ("-wanted_at", "-pk")

    def __str__(self) -> str:
        return f"{self.wanted_at:%Y-%m-%d %H:%M}, {self.wanted_by_name}"

    @property
    def selector(self) -> Selector | None:
        """Which rows are meant; None once they are deleted."""
        return None if self.selector_json is None else msgspec.convert(self.selector_json, Selector)

    @property
    def counted(self) -> ForgetOutcome | None:
        """How many rows there were."""
        return None if self.counted_json is None else msgspec.convert(self.counted_json, ForgetOutcome)

    @property
    def done(self) -> ForgetOutcome | None:
        """What was deleted."""
        return None if self.done_json is None else msgspec.convert(self.done_json, ForgetOutcome)

    def move(self, to: DeletionStage, *sources: DeletionStage, **changes: object) -> bool:
        """Go on to a stage, if it is at one of these. Return whether it was."""
        same = RowDeletion.objects.filter(pk=self.pk, stage__in=sources)
        moved = same.update(stage=to, **changes) == 1
        self.refresh_from_db()
        return moved
