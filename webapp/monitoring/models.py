"""What runs of monitoring found, window by window; the rows themselves stay in the journal."""

from typing import Final, Self

import msgspec
from django.db import models
from django.db.models.functions import Cast
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from webapp.endpoints.models import Deployment, Endpoint
from webapp.records.models import to_ms
from webapp.registry.models import ModelVersion
from worker.contract.monitoring import State
from worker.contract.monitoring_run import WindowReport
from worker.contract.words import Words

REPORTS: Final = msgspec.json.Decoder(WindowReport)


class MonitoringRuns(models.QuerySet["MonitoringRun"]):
    """Finds runs."""

    def of(self, endpoint: Endpoint, version: ModelVersion) -> Self:
        """Return the runs of a version behind an endpoint, the newest first."""
        return self.filter(endpoint=endpoint, version=version).order_by("-asked_at", "-pk")


class MonitoringRun(models.Model):
    """One look at the journal of a version; `reason` says why it came to nothing, where it did."""

    run_id = models.CharField(max_length=32, unique=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="monitoring_runs")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    reason_json = models.JSONField(null=True, db_column="reason")
    detail = models.TextField(blank=True)

    objects = MonitoringRuns.as_manager()

    class Meta:
        ordering = ("-asked_at", "-pk")
        indexes = (models.Index(fields=("endpoint", "version", "-asked_at"), name="runs_of_a_version"),)

    def __str__(self) -> str:
        return f"{self.endpoint.name}, {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def reason(self) -> Words | None:
        """Why it came to nothing."""
        return None if self.reason_json is None else msgspec.convert(self.reason_json, Words)


class MonitoredWindows(models.QuerySet["MonitoredWindow"]):
    """Finds windows."""

    def of(self, endpoint: Endpoint, version: ModelVersion) -> Self:
        """Return the windows of a version behind an endpoint, the newest first."""
        return self.filter(endpoint=endpoint, version=version).order_by("-begins_at")

    def of_champion(self, champion: Deployment) -> Self:
        """Return the windows that say how a champion does: of one that came back, no window of before that."""
        windows = self.of(champion.endpoint, champion.version)
        return windows.filter(ends_at__gt=champion.deployed_at) if champion.came_back else windows

    def closed(self) -> Self:
        """Return the windows that do not grow any more."""
        return self.filter(is_open=False)

    def with_reports(self) -> Self:
        """Return the windows with their reports as text: read at once as what it is, 60 take a tenth of the time."""
        return self.defer("report_json").annotate(report_text=Cast("report_json", models.TextField()))


class MonitoredWindow(models.Model):
    """What one window of answered rows showed. An open one is replaced by each run."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="windows")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    begins_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    is_open = models.BooleanField(default=False)
    rows = models.PositiveBigIntegerField(_("rows"))
    state = models.CharField(_("state"), max_length=20, choices=[(state.value, state.value) for state in State])
    report_json = models.JSONField(db_column="report")

    objects = MonitoredWindows.as_manager()

    class Meta:
        ordering = ("-begins_at",)
        constraints = (
            models.UniqueConstraint(fields=("endpoint", "version", "begins_at"), name="one_window_from_each_moment"),
        )

    def __str__(self) -> str:
        return f"{self.endpoint.name}, {self.begins_at:%Y-%m-%d %H:%M}: {self.state}"

    @cached_property
    def report(self) -> WindowReport:
        """All that it showed."""
        text = vars(self).get("report_text")
        return msgspec.convert(self.report_json, WindowReport) if text is None else REPORTS.decode(text)

    @property
    def ends_ms(self) -> int:
        """The moment of its last row, in milliseconds since 1970, as the journal counts."""
        return to_ms(self.ends_at)


class KeptJournal(models.Model):
    """What the journal of an endpoint takes, as the data plane measured it last."""

    endpoint = models.OneToOneField(Endpoint, on_delete=models.CASCADE, related_name="kept_journal")
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    measured_at = models.DateTimeField(_("measured"))

    def __str__(self) -> str:
        return f"{self.endpoint.name}: {self.size_bytes} bytes"
