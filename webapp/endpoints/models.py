"""Endpoints, who may use them, and which version answers."""

from typing import Final, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import User
from webapp.registry.models import ModelVersion, RegisteredModel
from worker.contract.journal import JournalRule

SHADOWS_MAX: Final = 3
"""Each costs as much work as the champion."""


EXPECTED_PER_S: Final = 1.0
"""What colleagues ask by hand, unless somebody expects more."""


JOURNAL_DAYS: Final = 90
JOURNAL_MEGABYTES: Final = 2_000


def require_names(value: object) -> None:
    """Raise ValidationError unless this is a list of names: a text alone would be taken for the list of its letters."""
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise ValidationError(_("Write a list of names, such as [“customer”, “city”] with straight quotes."))


class Endpoints(models.QuerySet["Endpoint"]):
    """Finds endpoints; start from `visible_to`, so that what is not yours is as good as absent."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the active endpoints that `user` may use: those of their groups, all for an admin."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        active = self.filter(is_active=True)
        return active if user.is_admin else active.filter(groups__user=user).distinct()

    def with_champion(self) -> Self:
        """Fetch the version that answers along with each endpoint."""
        live = Deployment.objects.live_champions().select_related("version__model")
        return self.prefetch_related(models.Prefetch("deployments", queryset=live, to_attr="live_champions"))


class Endpoint(models.Model):
    """A stable address with a name that callers use."""

    name = models.SlugField(_("name"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    groups = models.ManyToManyField(
        Group,
        blank=True,
        related_name="endpoints",
        verbose_name=_("groups"),
        help_text=_("Members of these groups may use the endpoint; administrators always may."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    expected_per_s = models.FloatField(
        _("expected requests a second"), default=EXPECTED_PER_S, validators=[MinValueValidator(0.0)]
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    keeps_journal = models.BooleanField(
        _("keep a journal"),
        default=True,
        help_text=_("Without it nothing can be said of drift or of how well the model does."),
    )
    keeps_inputs = models.BooleanField(
        _("keep what was asked"), default=True, help_text=_("Without it only the answers are kept.")
    )
    hashed_features = models.JSONField(
        _("features kept as hashes"),
        default=list,
        blank=True,
        validators=[require_names],
        help_text=_("Equal values are still told to be equal; what they were is not kept."),
    )
    journal_days = models.PositiveIntegerField(
        _("days kept"), default=JOURNAL_DAYS, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    journal_megabytes = models.PositiveIntegerField(
        _("megabytes kept"), default=JOURNAL_MEGABYTES, validators=[MinValueValidator(10)]
    )

    objects = Endpoints.as_manager()

    class Meta:
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")
        ordering = ("title", "name")

    def __str__(self) -> str:
        return self.name

    @property
    def champion(self) -> "Deployment | None":
        """The live deployment whose answers callers get; None when nothing is deployed."""
        fetched: list[Deployment] | None = getattr(self, "live_champions", None)
        if fetched is None:
            return self.deployments.live_champions().select_related("version__model").first()
        return fetched[0] if fetched else None

    @property
    def model(self) -> RegisteredModel | None:
        """The model whose people manage the endpoint: that of the last deployment, else the one of the same name."""
        known = self.deployments.select_related("version__model")
        last = known.live_champions().first() or known.first()
        return last.version.model if last else RegisteredModel.objects.filter(name=self.name).first()

    @property
    def journal_rule(self) -> JournalRule:
        """What of the endpoint's rows the journal keeps."""
        return JournalRule(self.keeps_journal, self.keeps_inputs, tuple(self.hashed_features))

    def expect(self, requests_per_s: float) -> None:
        """Take note of the load that is expected from now on."""
        self.expected_per_s = requests_per_s
        self.save(update_fields=["expected_per_s"])

    def may_be_managed_by(self, user: User | AnonymousUser) -> bool:
        """Return whether `user` may deploy here: admins, and who manages the model behind the endpoint."""
        if isinstance(user, User) and user.is_active and user.is_admin:
            return True
        model = self.model
        return model is not None and RegisteredModel.objects.manageable_by(user).filter(pk=model.pk).exists()


class DeploymentRole(models.TextChoices):
    """What part a version plays behind its endpoint."""

    CHAMPION = "champion", _("champion")
    CHALLENGER = "challenger", _("challenger")
    SHADOW = "shadow", _("shadow")


class Deployments(models.QuerySet["Deployment"]):
    """Finds deployments."""

    def live(self) -> Self:
        """Return the deployments that have not ended."""
        return self.filter(ended_at__isnull=True)

    def serving(self) -> Self:
        """Return the live deployments behind active endpoints, with their versions."""
        return self.live().filter(endpoint__is_active=True).select_related("endpoint", "version__model")

    def live_champions(self) -> Self:
        """Return the deployments whose answers callers get, one for each endpoint at most."""
        return self.live().filter(role=DeploymentRole.CHAMPION)


class Deployment(models.Model):
    """A version behind an endpoint, for a time.

    `share` in percent: of the callers for a challenger, of the requests that are copied for a shadow. `place` numbers
    the shadows of an endpoint, so that the database bounds them. `former` is the champion to which a rollback returns;
    `overrode` says which objections were overruled, for which `reason`.
    """

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deployments", verbose_name=_("endpoint")
    )
    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="deployments", verbose_name=_("version")
    )
    role = models.CharField(_("role"), max_length=16, choices=DeploymentRole.choices)
    share = models.PositiveSmallIntegerField(_("share in %"), default=100, validators=[MaxValueValidator(100)])
    place = models.PositiveSmallIntegerField(_("place"), default=0, editable=False)
    deployed_at = models.DateTimeField(_("since"))
    deployed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("deployed by")
    )
    reason = models.TextField(_("reason"), blank=True)
    overrode = models.TextField(_("deployed in spite of"), blank=True)
    former = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("champion before")
    )
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = Deployments.as_manager()

    class Meta:
        verbose_name = _("deployment")
        verbose_name_plural = _("deployments")
        ordering = ("-deployed_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("endpoint",),
                condition=models.Q(role="champion", ended_at__isnull=True),
                name="one_live_champion_per_endpoint",
            ),
            models.UniqueConstraint(
                fields=("endpoint", "role", "place"),
                condition=models.Q(ended_at__isnull=True),
                name="one_live_deployment_per_place",
            ),
            models.UniqueConstraint(
                fields=("endpoint", "version"),
                condition=models.Q(ended_at__isnull=True),
                name="one_live_role_per_version",
            ),
            models.CheckConstraint(
                condition=models.Q(place=0) | models.Q(role="shadow", place__lt=SHADOWS_MAX),
                name="only_shadows_have_several_places",
            ),
            models.CheckConstraint(
                condition=models.Q(role="champion", share=100)
                | models.Q(role="challenger", share__gte=1, share__lte=99)
                | models.Q(role="shadow", share__gte=1, share__lte=100),
                name="share_goes_with_role",
            ),
        )

    def __str__(self) -> str:
        return f"{self.endpoint.name}: {self.version} ({self.get_role_display()})"

    @property
    def came_back(self) -> bool:
        """Whether its version had been the champion before, and was replaced meanwhile."""
        before = Deployment.objects.filter(endpoint=self.endpoint_id, version=self.version_id, ended_at__isnull=False)
        return before.filter(role=DeploymentRole.CHAMPION, ended_at__lte=self.deployed_at).exclude(pk=self.pk).exists()

    @property
    def is_live(self) -> bool:
        """Whether the deployment has not ended."""
        return self.ended_at is None


from webapp.endpoints.differences import ShadowDifferences as ShadowDifferences  # noqa: E402, PLC0414  # Django looks for models here
