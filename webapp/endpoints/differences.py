"""How the answers of a shadow differ from those of the champion, summed over the copies that it was asked."""

from typing import ClassVar

from django.db import IntegrityError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _


class ShadowDifferencesManager(models.Manager["ShadowDifferences"]):
    """Adds to the sums; several gateway processes may do so at once."""

    SUMS: ClassVar = ("requests", "failed", "left_out", "rows", "different", "gap_sum")

    def add(self, deployment_id: int, *, gap_max: float, **counted: float) -> None:
        """Add what one gateway has counted for a shadow. A deployment that is gone takes nothing."""
        assert set(counted) == set(self.SUMS), "Every sum is told"
        try:
            with transaction.atomic():
                self.get_or_create(deployment_id=deployment_id)
        except IntegrityError:
            return
        sums = {name: F(name) + value for name, value in counted.items()}
        self.filter(deployment_id=deployment_id).update(gap_max=Greatest(F("gap_max"), Value(gap_max)), **sums)


class ShadowDifferences(models.Model):
    """Of one shadow deployment. `gap_sum` and `gap_max`: see `worker.contract.lane.Comparison`."""

    deployment = models.OneToOneField(
        "endpoints.Deployment", on_delete=models.CASCADE, related_name="differences", verbose_name=_("deployment")
    )
    requests = models.PositiveBigIntegerField(_("copied requests"), default=0)
    failed = models.PositiveBigIntegerField(_("copies without an answer"), default=0)
    left_out = models.PositiveBigIntegerField(_("requests not copied because the box was busy"), default=0)
    rows = models.PositiveBigIntegerField(_("compared rows"), default=0)
    different = models.PositiveBigIntegerField(_("rows answered otherwise"), default=0)
    gap_sum = models.FloatField(default=0.0)
    gap_max = models.FloatField(_("largest gap"), default=0.0)

    objects = ShadowDifferencesManager()

    class Meta:
        verbose_name = _("differences of a shadow")
        verbose_name_plural = _("differences of shadows")

    def __str__(self) -> str:
        return f"{self.deployment}: {self.different} of {self.rows}"

    @property
    def different_share(self) -> float | None:
        """The share of rows that were answered otherwise, None before any was compared."""
        return self.different / self.rows if self.rows else None

    @property
    def gap_mean(self) -> float | None:
        """The mean gap of a row, None before any was compared."""
        return self.gap_sum / self.rows if self.rows else None
