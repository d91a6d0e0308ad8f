"""Batch jobs and their steps. The tables are the truth: whatever a queue or a worker forgets is asked for again."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Final, Self
from uuid import uuid4

import msgspec
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.registry.models import ModelVersion
from webapp.request_id import LENGTH_MAX
from worker.contract.batch import Choice, Chunk, Differences, Summary, Understanding
from worker.contract.errors import RowProblem
from worker.contract.words import Words


class Status(models.TextChoices):
    """How far a job has come. Only a job that was begun on a page is ever `reading` or `waiting`."""

    READING = "reading", _("being read")
    WAITING = "waiting", _("waiting for you")
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CANCELED = "canceled", _("canceled")


ENDED: Final = (Status.SUCCEEDED, Status.FAILED, Status.CANCELED)
UNDER_WAY: Final = (Status.READING, Status.QUEUED, Status.RUNNING)


def new_job_id() -> str:
    """Return an id that nobody guesses."""
    return uuid4().hex


class BatchJobs(models.QuerySet["BatchJob"]):
    """Finds jobs; start from `visible_to`, so that what is not yours is as good as absent."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return a person's own jobs; all of them for an admin."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        return self.all() if user.is_admin else self.filter(owner=user)

    def computable_by(self, user: User | AnonymousUser) -> Self:
        """Return the jobs whose endpoints this person may still ask; whoever saw one once may see its job on."""
        return self.filter(endpoint__in=Endpoint.objects.visible_to(user))

    def with_names(self) -> Self:
        """Fetch what pages name along with each job."""
        return self.select_related("endpoint", "version__model", "owner", "former__version")

    def under_way(self) -> Self:
        """Return the jobs at which somebody works, or should."""
        return self.filter(status__in=UNDER_WAY)

    def not_ended(self) -> Self:
        """Return the jobs that have not ended."""
        return self.exclude(status__in=ENDED)

    def to_tell(self, since: datetime) -> Self:
        """Return the jobs that came to an end since, of which somebody is to be told and was not."""
        wanted = ~models.Q(webhook="") | models.Q(mail=True)
        ended = self.filter(status__in=(Status.SUCCEEDED, Status.FAILED), ended_at__gte=since)
        return ended.filter(wanted, told_at__isnull=True)


class BatchJob(models.Model):
    """Rows from a file to a file, answered by one version.

    `attempt` numbers the plans: messages of an earlier one are dropped. `rows_*` count rows; `rows_total` is None until
    the file was cut. `former` is the job with whose answers those of this one are compared. What came of it is kept as
    the data plane said it. `request_id` is of the request by which somebody asked for it.
    """

    job_id = models.CharField(max_length=32, unique=True, default=new_job_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="jobs", verbose_name=_("endpoint"))
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+", verbose_name=_("version"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs", verbose_name=_("owner")
    )
    former = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveIntegerField(default=1)
    file_name = models.CharField(_("file"), max_length=200)
    input_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    language = models.CharField(max_length=10)
    choice_json = models.JSONField(default=dict, db_column="choice")
    wrong_rows_accepted = models.BooleanField(default=False)
    understanding_json = models.JSONField(null=True, db_column="understanding")
    rows_total = models.PositiveBigIntegerField(_("rows"), null=True)
    rows_done = models.PositiveBigIntegerField(default=0)
    rows_invalid = models.PositiveBigIntegerField(default=0)
    rows_failed = models.PositiveBigIntegerField(default=0)
    rows_unusual = models.PositiveBigIntegerField(default=0)
    problems_json = models.JSONField(default=list, db_column="problems")
    summary_json = models.JSONField(null=True, db_column="summary")
    differences_json = models.JSONField(null=True, db_column="differences")
    result_format = models.CharField(max_length=16, blank=True)
    result_bytes = models.PositiveBigIntegerField(null=True)
    wrong_rows_bytes = models.PositiveBigIntegerField(default=0)
    reason_json = models.JSONField(null=True, db_column="reason")
    hint_json = models.JSONField(null=True, db_column="hint")
    # A former release, which knows of none, still begins jobs while an upgrade is under way.
    request_id = models.CharField(max_length=LENGTH_MAX, blank=True, default="", db_default="", editable=False)
    webhook = models.URLField(blank=True)
    mail = models.BooleanField(default=False)
    told_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    expires_at = models.DateTimeField(_("deleted on"), null=True)
    files_deleted_at = models.DateTimeField(null=True)

    objects = BatchJobs.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("status",), name="jobs_by_status"),
            models.Index(fields=("ended_at",), name="jobs_by_end"),
        )

    def __str__(self) -> str:
        return f"{self.file_name} ({self.job_id})"

    @property
    def choice(self) -> Choice:
        """What the person decided about the file."""
        return msgspec.convert(self.choice_json, Choice)

    @property
    def understanding(self) -> Understanding | None:
        """What was understood of the file; None before somebody looked at it."""
        return None if self.understanding_json is None else msgspec.convert(self.understanding_json, Understanding)

    @property
    def summary(self) -> Summary | None:
        """What a page tells of the result; None while there is none."""
        return None if self.summary_json is None else msgspec.convert(self.summary_json, Summary)

    @property
    def differences(self) -> Differences | None:
        """How the answers differ from those of `former`, if they could be compared."""
        return None if self.differences_json is None else msgspec.convert(self.differences_json, Differences)

    @property
    def problems(self) -> tuple[RowProblem, ...]:
        """The first problems that were found in rows."""
        return msgspec.convert(self.problems_json, tuple[RowProblem, ...])

    @property
    def reason(self) -> Words | None:
        """Why the job failed."""
        return None if self.reason_json is None else msgspec.convert(self.reason_json, Words)

    @property
    def hint(self) -> Words | None:
        """What to do about it."""
        return None if self.hint_json is None else msgspec.convert(self.hint_json, Words)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in ENDED

    @property
    def has_files(self) -> bool:
        """Whether its files are still there."""
        return self.files_deleted_at is None

    @property
    def has_lost_files(self) -> bool:
        """Whether its files went before their time: they were not in the backup from which the box was restored."""
        gone_at, announced_at = self.files_deleted_at, self.expires_at
        return gone_at is not None and (announced_at is None or gone_at < announced_at)

    @property
    def has_result(self) -> bool:
        """Whether there is a file to download."""
        return self.status == Status.SUCCEEDED and self.has_files

    def rows_per_s(self, now: datetime) -> float | None:
        """Return how many rows a second were answered, on average; None before the first."""
        if self.started_at is None or not self.rows_done:
            return None
        seconds = ((self.ended_at or now) - self.started_at).total_seconds()
        return self.rows_done / seconds if seconds > 0 else None

    def seconds_left(self, now: datetime) -> float | None:
        """Return how long it will take by the speed so far; None while that is unknown and where there is no more."""
        speed = self.rows_per_s(now)
        if speed is None or self.rows_total is None or self.status != Status.RUNNING:
            return None
        return (self.rows_total - self.rows_done) / speed

    def move(self, *from_statuses: str, **changes: Any) -> bool:
        """Change the job if it is in one of these statuses and at this attempt still.

        Return whether it was. The object is fresh after, unless it was deleted.
        """
        same = BatchJob.objects.filter(pk=self.pk, attempt=self.attempt, status__in=from_statuses)
        moved = same.update(**changes) == 1
        with suppress(BatchJob.DoesNotExist):  # somebody deleted it a moment ago
            self.refresh_from_db()
        return moved


class StepKind(models.TextChoices):
    """The parts of a job, in their order."""

    LOOK = "1-look"
    PLAN = "2-plan"
    SCORE = "3-score"
    ASSEMBLE = "4-assemble"


class StepState(models.TextChoices):
    """Whether a step was handed to the data plane."""

    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"


class JobSteps(models.QuerySet["JobStep"]):
    """Finds steps."""

    def sent(self) -> Self:
        """Return the steps that somebody should be at, without what is large in them and in their jobs."""
        sent = self.filter(state=StepState.SENT, job__status__in=UNDER_WAY).select_related("job")
        own = ("attempt", "kind", "number", "token", "sent_at", "deliveries")
        return sent.only(*own, "job__job_id", "job__request_id", "job__owner", "job__attempt")


class JobStep(models.Model):
    """A part of a job that one worker does at a time. `token` names the last delivery; `skip`: without the model."""

    job = models.ForeignKey(BatchJob, on_delete=models.CASCADE, related_name="steps")
    attempt = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=StepKind.choices)
    number = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=StepState.choices, default=StepState.WAITING)
    chunk_json = models.JSONField(null=True, db_column="chunk")
    skip = models.BooleanField(default=False)
    token = models.CharField(max_length=32, blank=True)
    sent_at = models.DateTimeField(null=True)
    deliveries = models.PositiveIntegerField(default=0)

    objects = JobSteps.as_manager()

    class Meta:
        ordering = ("job", "kind", "number")
        constraints = (models.UniqueConstraint(fields=("job", "attempt", "kind", "number"), name="one_step_of_a_kind"),)
        indexes = (
            models.Index(fields=("state",), name="job_steps_by_state"),
            models.Index(fields=("job", "attempt", "state", "kind", "number"), name="job_steps_in_turn"),
        )

    @property
    def chunk(self) -> Chunk:
        """The rows that this step is about."""
        return msgspec.convert(self.chunk_json, Chunk)
