"""What is kept of the comparison of two versions: asked once of the data plane, and again when somebody wants that."""

from datetime import datetime, timedelta
from typing import Any, Final, Self

import msgspec
from django.db import models
from django.db.models import Q

from worker.contract.comparison import Compared, ComparisonOutcome
from worker.contract.words import Words

LOST_AFTER: Final = timedelta(minutes=10)
"""Whoever waits longer may ask again: the message may be lost."""


class Stage(models.TextChoices):
    """How far a comparison has come."""

    COMPARING = "comparing"
    COMPARED = "compared"
    FAILED = "failed"


class VersionComparisons(models.QuerySet["VersionComparison"]):
    """Finds comparisons."""

    def about(self, version_id: int) -> Self:
        """Return those in which a version takes part."""
        return self.filter(Q(old_id=version_id) | Q(new_id=version_id))


class VersionComparison(models.Model):
    """Two versions of one model. It holds rows of the reference data, so it goes away with the files of either."""

    old = models.ForeignKey("registry.ModelVersion", on_delete=models.CASCADE, related_name="+")
    new = models.ForeignKey("registry.ModelVersion", on_delete=models.CASCADE, related_name="+")
    comparison_id = models.CharField(max_length=32, unique=True)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.COMPARING)
    compared_json = models.JSONField(null=True, db_column="compared")
    reason_json = models.JSONField(null=True, db_column="reason")
    detail = models.TextField(blank=True)
    asked_at = models.DateTimeField()

    objects = VersionComparisons.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("old", "new"), name="one_comparison_per_pair"),)

    def __str__(self) -> str:
        return f"{self.old} and version {self.new.number}"

    @property
    def compared(self) -> Compared | None:
        """How the answers differ; None before that is known, and where it cannot be."""
        return None if self.compared_json is None else msgspec.convert(self.compared_json, Compared)

    @property
    def reason(self) -> Words | None:
        """Why the answers cannot be compared."""
        return None if self.reason_json is None else msgspec.convert(self.reason_json, Words)

    def is_lost(self, now: datetime) -> bool:
        """Whether it has been asked for so long ago that nobody seems to answer."""
        return self.stage == Stage.COMPARING and now - self.asked_at > LOST_AFTER

    def mark_asked_again(self, comparison_id: str, now: datetime) -> bool:
        """Begin anew; an answer to the former question is no longer taken. Return whether that was this call."""
        changes: dict[str, Any] = {"compared_json": None, "reason_json": None, "detail": ""}
        same = VersionComparison.objects.filter(pk=self.pk, comparison_id=self.comparison_id)
        waiting = same.exclude(stage=Stage.COMPARING, asked_at__gt=now - LOST_AFTER)
        asked = waiting.update(comparison_id=comparison_id, stage=Stage.COMPARING, asked_at=now, **changes)
        self.refresh_from_db()
        return asked == 1

    def mark_answered(self, outcome: ComparisonOutcome) -> None:
        """Keep what came back. What nobody waits for any more is dropped."""
        waiting = VersionComparison.objects.filter(
            pk=self.pk, stage=Stage.COMPARING, comparison_id=outcome.comparison_id
        )
        waiting.update(
            stage=Stage.COMPARED if outcome.compared is not None else Stage.FAILED,
            compared_json=msgspec.to_builtins(outcome.compared),
            reason_json=msgspec.to_builtins(outcome.reason),
            detail=outcome.detail,
        )
        self.refresh_from_db()
