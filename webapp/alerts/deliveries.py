"""The deliveries of digests: each is tried at most once at a time, and what came of it is kept."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.alerts.models import Digest

TRIED_FOR: Final = timedelta(hours=24)
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=1)
SHOWN_FOR: Final = timedelta(days=7)
PROBLEM_LENGTH: Final = 300


class Channel(models.TextChoices):
    """How something is told."""

    MAIL = "mail", _("e-mail")
    WEBHOOK = "webhook", _("webhook")


class Progress(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", _("waits")
    UNDER_WAY = "under_way", _("is being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("not delivered")
    UNCERTAIN = "uncertain", _("perhaps delivered")


class Deliveries(models.QuerySet["Delivery"]):
    """Finds deliveries."""

    def due(self, now: datetime) -> Self:
        """Return those whose next try is due, the oldest first."""
        return self.filter(progress=Progress.WAITING, next_at__lte=now).order_by("next_at", "pk")

    def troubled(self, now: datetime) -> Self:
        """Return those of the last days that did not arrive, or not yet at the first try."""
        bad = models.Q(progress__in=(Progress.FAILED, Progress.UNCERTAIN)) | models.Q(
            progress=Progress.WAITING, tries__gt=0
        )
        return self.filter(bad, digest__made_at__gt=now - SHOWN_FOR).order_by("-digest__made_at", "pk")


class Delivery(models.Model):
    """A digest on one way to one address.

    What is UNDER_WAY is written down before anything is sent. A process that ends in between leaves it so, and nobody
    can know whether it arrived: the next one marks it UNCERTAIN and never sends it again.
    """

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=10, default="en")
    progress = models.CharField(max_length=10, choices=Progress.choices, default=Progress.WAITING)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=PROBLEM_LENGTH, blank=True)

    objects = Deliveries.as_manager()

    class Meta:
        ordering = ("-next_at", "-pk")
        constraints = (models.UniqueConstraint(fields=("digest", "channel"), name="one_delivery_a_channel"),)
        indexes = (models.Index(fields=("progress", "next_at"), name="deliveries_due"),)

    def __str__(self) -> str:
        return f"{self.digest}, {self.channel}: {self.progress}"

    def begin(self) -> bool:
        """Write down that it is being sent now. Return whether it was still waiting."""
        changed = Delivery.objects.filter(pk=self.pk, progress=Progress.WAITING).update(
            progress=Progress.UNDER_WAY, tries=models.F("tries") + 1
        )
        self.refresh_from_db()
        return changed == 1

    def mark_sent(self, at: datetime) -> None:
        """Keep that it arrived."""
        self._end(Progress.SENT, "", at)

    def mark_uncertain(self, problem: str, at: datetime) -> None:
        """Keep that it may have arrived; it is not sent again."""
        self._end(Progress.UNCERTAIN, problem, at)

    def mark_refused(self, problem: str, at: datetime, *, for_good: bool = False) -> None:
        """Keep that it was not taken; it is tried again for a day, after longer and longer pauses."""
        if for_good or at >= self.digest.made_at + TRIED_FOR:
            self._end(Progress.FAILED, problem, at)
            return
        pause: timedelta = min(FIRST_PAUSE * 2 ** min(max(self.tries - 1, 0), 10), LONGEST_PAUSE)
        self.progress, self.problem, self.next_at = Progress.WAITING, problem[:PROBLEM_LENGTH], at + pause
        self.save(update_fields=["progress", "problem", "next_at"])

    def _end(self, progress: Progress, problem: str, at: datetime) -> None:
        self.progress, self.problem, self.ended_at = progress, problem[:PROBLEM_LENGTH], at
        self.save(update_fields=["progress", "problem", "ended_at"])
