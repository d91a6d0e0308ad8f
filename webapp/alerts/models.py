"""Alerts of endpoints, what happened to each, who looks after an endpoint, and what was told to whom."""

from datetime import date, datetime
from typing import Any, Final, Self

import msgspec
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import User
from webapp.alerts.sightings import Rule, Sighting
from webapp.endpoints.models import Endpoint
from webapp.monitoring.models import MonitoredWindow
from webapp.registry.models import ModelVersion

RULES: Final = [(rule.value, rule.value) for rule in Rule]
SILENT_DAYS_MAX: Final = 365
BUDGET: Final = 3
"""A rule that fires more often than this, and nobody does anything, is one to change."""


class AlertSettings(models.Model):
    """How an endpoint's alerts are handled. Without an owner, whoever promoted the champion is told.

    `judged_at` is when the endpoint was last looked at for alerts; None asks for another look.
    """

    endpoint = models.OneToOneField(Endpoint, on_delete=models.CASCADE, related_name="alert_settings")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    mail = models.BooleanField(default=True)
    webhook = models.CharField(max_length=200, blank=True)
    webhook_round = models.PositiveIntegerField(default=0)
    rules_off = models.JSONField(default=list, blank=True)
    silent_days = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(SILENT_DAYS_MAX)]
    )
    muted_until = models.DateField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("alert settings")

    def __str__(self) -> str:
        return self.endpoint.name

    @property
    def told(self) -> User | None:
        """Who is told: the owner, else who promoted the version that answers."""
        if self.owner is not None:
            return self.owner
        champion = self.endpoint.champion
        return champion.deployed_by if champion else None

    def is_muted(self, today: date) -> bool:
        """Return whether nothing is sent today."""
        return self.muted_until is not None and today < self.muted_until


class Ending(models.TextChoices):
    """Why an alert is closed."""

    ENDED = "ended", _("it ended by itself")
    REPLACED = "replaced", _("another version answers")
    SWITCHED_OFF = "switched_off", _("the rule was switched off")


class Alerts(models.QuerySet["Alert"]):
    """Finds alerts."""

    def open(self) -> Self:
        """Return those that hold still."""
        return self.filter(closed_at__isnull=True)

    def unanswered(self) -> Self:
        """Return those that hold and nobody has answered."""
        return self.open().filter(acknowledged_at__isnull=True)

    def fired_in_vain(self, endpoint: Endpoint, rule: str) -> int:
        """Return how often a rule has fired since somebody last did something about it."""
        fired = self.filter(endpoint=endpoint, rule=rule)
        last = fired.filter(acted_at__isnull=False).order_by("-opened_at").first()
        return (fired if last is None else fired.filter(opened_at__gt=last.opened_at)).count()


class Alert(models.Model):
    """Something that somebody should look at: a rule that holds for the version behind an endpoint."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="alerts")
    version = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    window = models.ForeignKey(MonitoredWindow, on_delete=models.SET_NULL, null=True, related_name="+")
    rule = models.CharField(max_length=20, choices=RULES)
    sighting_json = models.JSONField(db_column="sighting")
    opened_at = models.DateTimeField(_("noticed"))
    seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(_("ended"), null=True)
    closed_why = models.CharField(max_length=20, choices=Ending.choices, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    acted_at = models.DateTimeField(null=True)
    muted_until = models.DateField(null=True)

    objects = Alerts.as_manager()

    class Meta:
        ordering = ("-opened_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("endpoint", "rule"), condition=models.Q(closed_at__isnull=True), name="one_open_alert_a_rule"
            ),
        )
        indexes = (models.Index(fields=("endpoint", "rule", "-opened_at"), name="alerts_of_a_rule"),)

    def __str__(self) -> str:
        return f"{self.endpoint.name}: {self.rule}"

    @property
    def sighting(self) -> Sighting:
        """What was noticed last."""
        return msgspec.convert(self.sighting_json, Sighting)

    @property
    def is_open(self) -> bool:
        """Whether it holds still."""
        return self.closed_at is None

    def acknowledge(self, by: User, words: str, at: datetime) -> None:
        """Keep that somebody has seen it; a second time adds words and changes no name."""
        if self.acknowledged_at is None:
            self.acknowledged_at, self.acknowledged_by = at, by
        self._act(EventKind.ACKNOWLEDGED, by, words, at)

    def note_done(self, by: User, words: str, at: datetime) -> None:
        """Keep what somebody did about it; whoever did something has seen it."""
        if self.acknowledged_at is None:
            self.acknowledged_at, self.acknowledged_by = at, by
        self._act(EventKind.DONE, by, words, at)

    def mute(self, by: User, until: date | None, at: datetime) -> None:
        """Send nothing of it until a day; None ends that."""
        self.muted_until = until
        self.save(update_fields=["muted_until"])
        self.note(EventKind.MUTED if until else EventKind.UNMUTED, at, by=by, words=until.isoformat() if until else "")

    def close(self, why: Ending, at: datetime) -> None:
        """Keep that it holds no more."""
        self.closed_at, self.closed_why = at, why
        self.save(update_fields=["closed_at", "closed_why"])
        self.note(EventKind.ENDED, at)

    def note(self, kind: "EventKind", at: datetime, **more: Any) -> None:
        """Add a line to its history."""
        AlertEvent.objects.create(alert=self, kind=kind, at=at, **more)

    def _act(self, kind: "EventKind", by: User, words: str, at: datetime) -> None:
        self.acted_at = at
        self.save(update_fields=["acknowledged_at", "acknowledged_by", "acted_at"])
        self.note(kind, at, by=by, words=words)


class Digest(models.Model):
    """What is told of an endpoint on one day: there is never a second one."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="digests")
    on = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("-on", "-pk")
        constraints = (models.UniqueConstraint(fields=("endpoint", "on"), name="one_digest_a_day"),)

    def __str__(self) -> str:
        return f"{self.endpoint.name}, {self.on:%Y-%m-%d}"


class EventKind(models.TextChoices):
    """What happened to an alert."""

    NOTICED = "noticed", _("noticed")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    DONE = "done", _("something was done")
    MUTED = "muted", _("muted")
    UNMUTED = "unmuted", _("told of again")
    ENDED = "ended", _("ended")


NEWS: Final = (EventKind.NOTICED, EventKind.ENDED)


class AlertEvent(models.Model):
    """A line of an alert's history; `digest` is the one that told of it."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=20, choices=EventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    words = models.TextField(blank=True)
    digest = models.ForeignKey(Digest, on_delete=models.SET_NULL, null=True, related_name="events")

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.alert}: {self.kind}"


class Reader(models.Model):
    """The language in which somebody last read the site: that of their mail."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=10)

    def __str__(self) -> str:
        return f"{self.user}: {self.language}"


from webapp.alerts.deliveries import Delivery as Delivery  # noqa: E402, PLC0414  # Django looks for models here
