"""Registered models and their immutable, numbered versions."""

from collections.abc import Collection, Mapping
from typing import Any, Final, Self

import msgspec
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import User
from webapp.audit.models import Action, AuditEvent, Entry
from webapp.registry.errors import Event, WrongStateError
from worker.contract.inspection import Publication
from worker.contract.manifest import Manifest
from worker.contract.words import Words

CARD_TEXTS: Final = ("purpose", "training_data", "limits", "contact")
"""What the people of a model write on its card; the rest of the card is facts."""


class Status(models.TextChoices):
    """How far the life of a version has come. Of a deleted one the row is left: its number is used."""

    INSPECTING = "inspecting", _("being inspected")
    READY = "ready", _("ready")
    REJECTED = "rejected", _("rejected")
    RETIRED = "retired", _("retired")
    ARCHIVED = "archived", _("archived")
    DELETED = "deleted", _("deleted")


EVENTS: Final = {
    Status.READY: Event.RESTORED,
    Status.RETIRED: Event.RETIRED,
    Status.ARCHIVED: Event.ARCHIVED,
    Status.DELETED: Event.DELETED,
}
"""What brings a version that is past its inspection into each status."""


class DeployRole(models.TextChoices):
    """What a version becomes once it is ready, when its publisher said so."""

    NONE = "", _("nothing yet")
    CHAMPION = "champion", _("champion")


class RegisteredModels(models.QuerySet["RegisteredModel"]):
    """Finds models; start from one of these two, so that what is not yours is as good as absent."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Return the models that `user` owns or maintains; all of them for an admin."""
        if not isinstance(user, User) or not user.is_active:
            return self.none()
        if user.is_admin:
            return self.all()
        maintained = RegisteredModel.maintainers.through.objects.filter(user=user).values("registeredmodel")
        return self.filter(models.Q(owner=user) | models.Q(pk__in=maintained))

    def manageable_by(self, user: User | AnonymousUser) -> Self:
        """Return the models whose versions `user` may add to, deploy and retire."""
        may_publish = isinstance(user, User) and user.may_publish
        return self.visible_to(user) if may_publish else self.none()

    def with_newest_version(self) -> Self:
        """Fetch the versions along with each model, the newest first."""
        return self.prefetch_related("versions")


class RegisteredModel(models.Model):
    """A named thing that has versions."""

    name = models.SlugField(_("name"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    purpose = models.TextField(_("what it is for"), blank=True, default="")
    training_data = models.TextField(_("training data"), blank=True, default="")
    limits = models.TextField(_("limits"), blank=True, default="")
    contact = models.TextField(_("contact"), blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="models", verbose_name=_("owner")
    )
    maintainers = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="maintained_models",
        verbose_name=_("maintainers"),
        help_text=_("Publishers who may publish and deploy versions of it too; administrators always may."),
    )

    objects = RegisteredModels.as_manager()

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def describe(self, title: str, description: str) -> None:
        """Take over the words of the newest publication."""
        self.title, self.description = title, description
        self.save(update_fields=["title", "description"])

    def write_card(self, texts: Mapping[str, str]) -> None:
        """Take over what its people say of it on its card: `CARD_TEXTS`, whatever else is in `texts`."""
        for name in CARD_TEXTS:
            setattr(self, name, texts[name])
        self.save(update_fields=CARD_TEXTS)

    @property
    def newest_version(self) -> "ModelVersion | None":
        """The version with the highest number; None while its first is being recorded."""
        return next(iter(self.versions.all()), None)

    def next_number(self) -> int:
        """Return the number of the version that would come next. Call it inside the transaction that creates it."""
        highest = self.versions.aggregate(models.Max("number"))["number__max"]
        return int(highest or 0) + 1


class ModelVersion(models.Model):
    """One artifact with its reference data, numbered 1, 2, 3; it changes only in its status."""

    model = models.ForeignKey(
        RegisteredModel, on_delete=models.PROTECT, related_name="versions", verbose_name=_("model")
    )
    number = models.PositiveIntegerField(_("number"))
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.INSPECTING)
    reason = models.TextField(_("reason"), blank=True)
    hint = models.TextField(_("hint"), blank=True)
    reason_words = models.JSONField(null=True, blank=True, editable=False)
    hint_words = models.JSONField(null=True, blank=True, editable=False)
    artifact_sha256 = models.CharField(max_length=64)
    reference_sha256 = models.CharField(max_length=64)
    digest = models.CharField(_("digest"), max_length=64, db_index=True)
    publication_json = models.JSONField(_("publication"), default=dict, db_column="publication")
    manifest_json = models.JSONField(_("manifest"), null=True, blank=True, db_column="manifest")
    notes = models.TextField(_("notes"), blank=True)
    deploy_role = models.CharField(_("deploy as"), max_length=16, choices=DeployRole.choices, blank=True, default="")
    inspection_id = models.CharField(max_length=32, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("published by")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
    )
    pickles_allowed = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("published"), auto_now_add=True)

    was_known = False
    """Set by publishing when the same files had been published before."""

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ("model", "-number")
        constraints = (
            models.UniqueConstraint(fields=("model", "number"), name="one_version_per_number"),
            models.UniqueConstraint(fields=("model", "digest"), name="one_version_per_digest"),
        )

    def __str__(self) -> str:
        return f"{self.model.name} version {self.number}"

    @property
    def publication(self) -> Publication:
        """What the publisher said of this version."""
        return msgspec.convert(self.publication_json, Publication)

    @property
    def manifest(self) -> Manifest:
        """What inspection found. Only a ready version has one."""
        assert self.manifest_json is not None, f"{self} has no manifest before it is ready"
        return msgspec.convert(self.manifest_json, Manifest)

    @property
    def asker(self) -> User:
        """Who asked for its inspection last, and thereby for its deployment."""
        return self.asked_by or self.created_by

    @property
    def is_ready(self) -> bool:
        """Whether the version may be deployed."""
        return self.status == Status.READY

    def mark_ready(self, manifest: Manifest) -> None:
        """Record that inspection accepted the version. Raise WrongStateError if it is not being inspected."""
        with transaction.atomic():
            self._leave_inspection(Event.ACCEPTED, status=Status.READY, manifest_json=msgspec.to_builtins(manifest))
            self.tell(Action.ACCEPTED)

    def mark_rejected(self, reason: str, hint: str, words: Words | None = None, advice: Words | None = None) -> None:
        """Record that inspection refused the version: in English, and in words that pages can say otherwise.

        Raise WrongStateError if it is not being inspected.
        """
        said = {"reason_words": _kept(words), "hint_words": _kept(advice)}
        with transaction.atomic():
            self._leave_inspection(Event.REJECTED, status=Status.REJECTED, reason=reason, hint=hint, **said)
            self.tell(Action.REJECTED, reason=reason)

    def mark_not_deployed(self, reason: str, hint: str) -> None:
        """Record why a version that is ready was not deployed although its publisher wanted that."""
        ModelVersion.objects.filter(pk=self.pk, status=Status.READY).update(reason=reason, hint=hint)
        self.refresh_from_db()

    def mark_inspected_again(self, inspection_id: str, **wishes: object) -> None:
        """Begin a new inspection of a version that is not ready; an answer to the former one is no longer taken.

        `wishes` are who asked, whether pickles are allowed, and what it becomes once it is ready: the last one's hold.
        """
        waiting = ModelVersion.objects.filter(pk=self.pk, status__in=(Status.INSPECTING, Status.REJECTED))
        nothing = {"reason": "", "hint": "", "reason_words": None, "hint_words": None}
        changes = {**nothing, **wishes, "status": Status.INSPECTING, "inspection_id": inspection_id}
        if waiting.update(**changes) != 1:
            raise WrongStateError(str(self), Event.INSPECTED_AGAIN, ("rejected", "being inspected"))
        self.refresh_from_db()

    def move(self, to: Status, sources: Collection[Status], **changes: object) -> None:
        """Move a version that is past its inspection. Raise WrongStateError if it is in none of `sources`."""
        if ModelVersion.objects.filter(pk=self.pk, status__in=sources).update(status=to, **changes) != 1:
            needed = [status.value for status in Status if status in sources]
            raise WrongStateError(str(self), EVENTS[to], needed)
        self.refresh_from_db()

    def tell(self, action: Action, by: User | None = None, reason: str = "", **facts: Any) -> None:
        """Record what happened to the version in the audit trail."""
        known = Entry(action=action, by=by, model=self.model.name, version=self.number, reason=reason, **facts)
        AuditEvent.objects.record(known)

    def _leave_inspection(self, event: Event, **changes: object) -> None:
        waiting = ModelVersion.objects.filter(pk=self.pk, status=Status.INSPECTING, inspection_id=self.inspection_id)
        if waiting.update(**changes) != 1:
            raise WrongStateError(str(self), event, ["being inspected"])
        self.refresh_from_db()


def _kept(words: Words | None) -> object:
    return None if words is None else msgspec.to_builtins(words)


from webapp.registry.comparisons import VersionComparison as VersionComparison  # noqa: E402, PLC0414  # Django looks for models here
