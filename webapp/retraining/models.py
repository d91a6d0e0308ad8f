"""Exports and replays that somebody asked for, and what came of them."""

from datetime import datetime, timedelta
from typing import Final, Self

import msgspec
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion
from worker.contract.export import ExportFormat, ExportOutcome, ExportRequest
from worker.contract.replay import Replayed
from worker.contract.words import Words

LOST_AFTER: Final = timedelta(hours=1)
"""Whoever waits longer may ask again: the message may be lost."""


class Stage(models.TextChoices):
    """How far it has come."""

    ASKED = "asked", _("under way")
    DONE = "done", _("done")
    FAILED = "failed", _("came to nothing")


class Asked(models.QuerySet["Export"]):
    """Finds exports."""

    def under_way(self, now: datetime) -> Self:
        """Return those that somebody waits for."""
        return self.filter(stage=Stage.ASKED, asked_at__gt=now - LOST_AFTER)


class Export(models.Model):
    """Rows of an endpoint's journal as a file, which lies in the spool until it expires."""

    export_id = models.CharField(max_length=32, unique=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("deleted"))
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.ASKED)
    request_json = models.JSONField(db_column="request")
    outcome_json = models.JSONField(null=True, db_column="outcome")

    objects = Asked.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return f"{self.endpoint.name}, {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def request(self) -> ExportRequest:
        """What was asked."""
        return msgspec.convert(self.request_json, ExportRequest)

    @property
    def outcome(self) -> ExportOutcome | None:
        """What came of it; None while nobody knows."""
        return None if self.outcome_json is None else msgspec.convert(self.outcome_json, ExportOutcome)

    @property
    def has_file(self) -> bool:
        """Whether there is something to download."""
        return self.stage == Stage.DONE

    @property
    def file_name(self) -> str:
        """What the file is called on the way out."""
        request = self.request
        suffix = request.format.value if request.format in (ExportFormat.CSV, ExportFormat.PARQUET) else "jsonl"
        kind = request.format.value.replace("_", "-").removesuffix(f"-{suffix}")
        middle = "rows" if kind == suffix else kind
        return f"{self.endpoint.name}-{middle}-{self.asked_at:%Y-%m-%d}.{suffix}"

    def mark_answered(self, outcome: ExportOutcome) -> bool:
        """Keep what came of it. Return False when nobody waits for that any more."""
        stage = Stage.DONE if outcome.reason is None else Stage.FAILED
        waiting = Export.objects.filter(pk=self.pk, stage=Stage.ASKED)
        return waiting.update(stage=stage, outcome_json=msgspec.to_builtins(outcome)) == 1


class Replays(models.QuerySet["Replay"]):
    """Finds replays."""

    def under_way(self, now: datetime) -> Self:
        """Return those that somebody waits for."""
        return self.filter(stage=Stage.ASKED, asked_at__gt=now - LOST_AFTER)


class Replay(models.Model):
    """What was asked of an endpoint lately, asked of another version. It holds rows, so it goes when they would."""

    replay_id = models.CharField(max_length=32, unique=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="replays")
    old = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    new = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    rows = models.PositiveIntegerField(_("rows"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.ASKED)
    replayed_json = models.JSONField(null=True, db_column="replayed")
    reason_json = models.JSONField(null=True, db_column="reason")
    detail = models.TextField(blank=True)

    objects = Replays.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")

    def __str__(self) -> str:
        return f"{self.endpoint.name}, {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def replayed(self) -> Replayed | None:
        """What would have been answered; None before that is known, and where it cannot be."""
        return None if self.replayed_json is None else msgspec.convert(self.replayed_json, Replayed)

    @property
    def reason(self) -> Words | None:
        """Why that cannot be told."""
        return None if self.reason_json is None else msgspec.convert(self.reason_json, Words)


class TrackedRun(models.Model):
    """The run of a version on the tracking server, and how far its windows are logged.

    Windows are logged in order; `logged_until` is where the last logged one begins, `logged_month` the last month (as
    2026-11) whose report is there. `compared_run` is the last look up to which windows that were logged before were
    compared with what was logged. `failure` is what the server said when it did not take one, in English; the next
    success forgets it.
    """

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="tracked_runs")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="tracked_runs")
    experiment_id = models.CharField(max_length=64, blank=True)
    run_id = models.CharField(max_length=64, blank=True)
    artifacts = models.CharField(max_length=500, blank=True)
    logged_until = models.DateTimeField(null=True)
    logged_month = models.CharField(max_length=7, blank=True)
    logged_at = models.DateTimeField(null=True)
    compared_run = models.PositiveBigIntegerField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("endpoint", "version"), name="one_run_per_version"),)

    def __str__(self) -> str:
        return f"{self.endpoint.name}: {self.version}"

    def mark_found(self, experiment_id: str, run_id: str, artifacts: str) -> None:
        """Take note of the run."""
        self.experiment_id, self.run_id, self.artifacts = experiment_id, run_id, artifacts
        self.save(update_fields=["experiment_id", "run_id", "artifacts"])

    def mark_logged(self, until: datetime, now: datetime) -> None:
        """Take note that the window that begins at `until` is logged, for the first time or again."""
        until = max(until, self.logged_until or until)
        self.logged_until, self.logged_at, self.failed_at, self.failure = until, now, None, ""
        self.save(update_fields=["logged_until", "logged_at", "failed_at", "failure"])

    def mark_compared(self, run: int) -> None:
        """Take note that what is logged is what windows showed up to a look."""
        self.compared_run = run
        self.save(update_fields=["compared_run"])

    def mark_month(self, month: str) -> None:
        """Take note that the report of a month is beside the run."""
        self.logged_month, self.failed_at, self.failure = month, None, ""
        self.save(update_fields=["logged_month", "failed_at", "failure"])

    def mark_failed(self, said: str, now: datetime) -> None:
        """Take note of what went wrong, and begin with a new look for the run: somebody may have deleted it."""
        self.failed_at, self.failure, self.run_id = now, said[:500], ""
        self.save(update_fields=["failed_at", "failure", "run_id"])


class LoggedWindow(models.Model):
    """What of a window stands on the tracking server: its figures by name, at which step, and how often it was logged.

    Outcomes that come late change a window; what they changed is logged once more.
    """

    tracked = models.ForeignKey(TrackedRun, on_delete=models.CASCADE, related_name="windows")
    begins_at = models.DateTimeField()
    step = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ("-begins_at",)
        constraints = (models.UniqueConstraint(fields=("tracked", "begins_at"), name="one_log_per_window"),)

    def __str__(self) -> str:
        return f"{self.tracked}, {self.begins_at:%Y-%m-%d %H:%M}"

    def mark_logged(self, figures: dict[str, float]) -> None:
        """Take note of figures that the server took."""
        self.figures, self.revision = self.figures | figures, self.revision + 1
        self.save()
