"""Endpoints, who may use them, and which version answers."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.core.validators import MaxValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import User
from webapp.registry.errors import WrongStateError
from webapp.registry.models import ModelVersion


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
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

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

    def deploy_champion(self, version: ModelVersion, user: User, at: datetime) -> "Deployment":
        """Let `version` answer from now on. Nothing changes if it does already.

        Raise WrongStateError if the version is not ready.
        """
        if not version.is_ready:
            raise WrongStateError(str(version), "deployed", "ready")
        with transaction.atomic():
            current = self.deployments.live_champions().select_for_update().first()
            if current is not None and current.version_id == version.pk:
                return current
            self.deployments.live_champions().update(ended_at=at)
            return self.deployments.create(
                version=version, role=DeploymentRole.CHAMPION, deployed_by=user, deployed_at=at
            )


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

    def live_champions(self) -> Self:
        """Return the deployments whose answers callers get, one for each endpoint at most."""
        return self.live().filter(role=DeploymentRole.CHAMPION)


class Deployment(models.Model):
    """A version behind an endpoint, for a time."""

    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="deployments", verbose_name=_("endpoint")
    )
    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="deployments", verbose_name=_("version")
    )
    role = models.CharField(_("role"), max_length=16, choices=DeploymentRole.choices)
    share = models.PositiveSmallIntegerField(_("share in %"), default=100, validators=[MaxValueValidator(100)])
    deployed_at = models.DateTimeField(_("since"))
    deployed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("deployed by")
    )
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)

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
        )

    def __str__(self) -> str:
        return f"{self.endpoint.name}: {self.version} ({self.get_role_display()})"
