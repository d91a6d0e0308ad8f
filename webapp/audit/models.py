"""The events of the audit trail."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final, NoReturn, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webapp.accounts import terminal
from webapp.accounts.models import User
from webapp.audit import origin
from webapp.audit.facts import change_in_words

NAME_LENGTH: Final = 150


class Action(models.TextChoices):
    """What happened."""

    PUBLISHED = "published", _("version published")
    ACCEPTED = "accepted", _("version accepted")
    REJECTED = "rejected", _("version rejected")
    DEPLOYED = "deployed", _("version deployed")
    PROMOTED = "promoted", _("version promoted")
    ROLLED_BACK = "rolled_back", _("rolled back")
    WITHDRAWN = "withdrawn", _("version withdrawn")
    OVERRIDDEN = "overridden", _("objection overruled")
    RETIRED = "retired", _("version retired")
    ARCHIVED = "archived", _("version archived")
    RESTORED = "restored", _("version restored")
    DELETED = "deleted", _("version deleted")
    CARD_WRITTEN = "card_written", _("model card written")
    MODEL_CHANGED = "model_changed", _("model changed")
    ENDPOINT_MADE = "endpoint_made", _("endpoint made")
    ENDPOINT_CHANGED = "endpoint_changed", _("endpoint changed")
    ENDPOINT_DELETED = "endpoint_deleted", _("endpoint deleted")
    EXPORTED = "exported", _("rows exported")
    ALERTS_CHANGED = "alerts_changed", _("alert settings changed")
    ALERT_ANSWERED = "alert_answered", _("alert answered")
    ALERT_MUTED = "alert_muted", _("alert muted")
    DELETION_ORDERED = "deletion_ordered", _("deletion of rows ordered")
    ROWS_DELETED = "rows_deleted", _("rows deleted")
    USER_MADE = "user_made", _("user made")
    USER_CHANGED = "user_changed", _("user changed")
    USER_DELETED = "user_deleted", _("user deleted")
    PASSWORD_CHANGED = "password_changed", _("password changed")
    GROUP_MADE = "group_made", _("group made")
    GROUP_CHANGED = "group_changed", _("group changed")
    GROUP_DELETED = "group_deleted", _("group deleted")
    ACCESS_CHANGED = "access_changed", _("access changed")
    KEY_MADE = "key_made", _("API key made")
    KEY_REVOKED = "key_revoked", _("API key revoked")
    KEY_DELETED = "key_deleted", _("API key deleted")
    LOGGED_IN = "logged_in", _("logged in")
    LOG_IN_FAILED = "log_in_failed", _("log-in failed")
    LOGGED_OUT = "logged_out", _("logged out")
    LOCK_LIFTED = "lock_lifted", _("lock on the log-in lifted")
    BOX_RESTORED = "box_restored", _("box restored from a backup")
    BOX_FORCED = "box_forced", _("box installed although a check failed")
    BOX_BACKED_UP = "box_backed_up", _("backup made")
    CHECK_KEY_MADE = "check_key_made", _("key made by a check that the box runs")
    CHECK_KEY_ENDED = "check_key_ended", _("key deleted by a check that the box runs")


OWN_CHECKS: Final = (Action.CHECK_KEY_MADE, Action.CHECK_KEY_ENDED)
"""What the box does to look whether it answers: no person's doing, each hour, and left out of the page at first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What is recorded; `by` is whoever asks at the moment unless it is named. `person` is whom it is done to."""

    action: Action
    by: User | None = None
    model: str = ""
    version: int | None = None
    endpoint: str = ""
    person: str = ""
    reason: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)


class AuditEvents(models.QuerySet["AuditEvent"]):
    """Adds and finds events; nothing else is to be had."""

    def record(self, entry: Entry) -> "AuditEvent":
        """Add an event. Call it inside the transaction of what it tells of: both are kept, or neither."""
        facts = asdict(entry)
        by = entry.by or origin.asking()
        facts |= {"by": by.get_username() if by else "", "person": entry.person[:NAME_LENGTH]}
        if account := terminal.account():
            facts["after"] |= {"system_account": account}
        return self.create(at=timezone.now(), address=origin.address(), **facts)

    def about_model(self, name: str) -> Self:
        """Return what happened to a model's versions."""
        return self.filter(model=name)

    def about_endpoint(self, name: str) -> Self:
        """Return what happened at an endpoint."""
        return self.filter(endpoint=name)

    def of_people(self) -> Self:
        """Return all but what the box does to check itself."""
        return self.exclude(action__in=OWN_CHECKS)

    def update(self, **_changes: Any) -> NoReturn:
        """Refuse."""
        raise TrailIsAppendOnlyError

    def delete(self) -> NoReturn:
        """Refuse."""
        raise TrailIsAppendOnlyError


class TrailIsAppendOnlyError(Exception):
    """Somebody tried to change the audit trail."""

    def __init__(self) -> None:
        super().__init__("The audit trail is never changed: events are only added.")


class AuditEvent(models.Model):
    """One event. It names people and things by what they are called, so that it outlives them."""

    at = models.DateTimeField(_("when"), db_index=True)
    by = models.CharField(_("who"), max_length=NAME_LENGTH, blank=True, db_index=True)
    address = models.CharField(_("from where"), max_length=64, blank=True)
    action = models.CharField(_("what"), max_length=16, choices=Action.choices, db_index=True)
    model = models.CharField(_("model"), max_length=50, blank=True, db_index=True)
    version = models.PositiveIntegerField(_("version"), null=True, blank=True)
    endpoint = models.CharField(_("endpoint"), max_length=50, blank=True, db_index=True)
    person = models.CharField(_("to whom"), max_length=NAME_LENGTH, blank=True)
    reason = models.TextField(_("why"), blank=True)
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)

    objects = AuditEvents.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ("-at", "-pk")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.by or '-'} {self.action}"

    def save(self, **options: Any) -> None:
        """Add the event. Raise TrailIsAppendOnlyError if it is there already."""
        if not self._state.adding:
            raise TrailIsAppendOnlyError
        super().save(**(options | {"force_insert": True}))

    def delete(self, *_options: Any, **_more: Any) -> NoReturn:
        """Refuse."""
        raise TrailIsAppendOnlyError

    @property
    def change(self) -> str:
        """What was and what is, in the reader's language."""
        return change_in_words(self.before, self.after)
