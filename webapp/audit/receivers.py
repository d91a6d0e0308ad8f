"""What is recorded of accounts: they are below the trail and know nothing of it."""

from typing import Any, Final

from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from webapp.accounts.models import ApiKey, User
from webapp.audit import origin
from webapp.audit.changes import Told, watch_rows
from webapp.audit.memberships import access, watch
from webapp.audit.models import Action, AuditEvent, Entry

WATCHED: Final = ("username", "role", "is_active", "has_password", "may_publish_pickles")
"""What a user may do hangs on these; and the trail names people by their names."""

OWN_CHECK: Final = {Action.KEY_MADE: Action.CHECK_KEY_MADE, Action.KEY_DELETED: Action.CHECK_KEY_ENDED}
"""A check of the box's own makes a key and deletes it; what else happens to keys is told as ever."""

watch(User.groups.field, lambda user: access(person=user.get_username()))
watch_rows(
    User,
    Told(
        names=WATCHED,
        whose=lambda user: {"person": user.get_username()},
        made=Action.USER_MADE,
        changed=Action.USER_CHANGED,
        deleted=Action.USER_DELETED,
        shown=("role",),
    ),
)
watch_rows(
    Group,
    Told(
        names=("name",),
        whose=lambda _group: {},
        made=Action.GROUP_MADE,
        changed=Action.GROUP_CHANGED,
        deleted=Action.GROUP_DELETED,
        shown=("name",),
    ),
)


@receiver(user_logged_in)
def logged_in(user: User, **_signal: Any) -> None:
    """Record a log-in."""
    AuditEvent.objects.record(Entry(action=Action.LOGGED_IN, by=user, person=user.get_username()))


@receiver(user_logged_out)
def logged_out(user: User | None, **_signal: Any) -> None:
    """Record a log-out. Of a session that had ended already there is nobody to name."""
    if user is not None:
        AuditEvent.objects.record(Entry(action=Action.LOGGED_OUT, by=user, person=user.get_username()))


@receiver(user_login_failed)
def log_in_failed(credentials: dict[str, Any], **_signal: Any) -> None:
    """Record a log-in that failed."""
    AuditEvent.objects.record(Entry(action=Action.LOG_IN_FAILED, person=_borne(credentials.get("username"))))


@receiver(post_delete, sender=AccessAttempt)
def attempts_forgotten(instance: AccessAttempt, **_signal: Any) -> None:
    """Record that somebody else forgets the failed log-ins of a name, which ends its lock before its time."""
    by = origin.asking()
    if by is not None and by.get_username() != instance.username:
        AuditEvent.objects.record(Entry(action=Action.LOCK_LIFTED, person=_borne(instance.username)))


@receiver(post_save, sender=User)
def password_changed(instance: User, *, created: bool, **_signal: Any) -> None:
    """Record that a user has another password, and nothing of it. Whoever is new got the first one."""
    if not created and instance._password is not None:  # type: ignore[attr-defined]  # noqa: SLF001  # as in `User.save`
        AuditEvent.objects.record(Entry(action=Action.PASSWORD_CHANGED, person=instance.get_username()))


@receiver(post_save, sender=ApiKey)
def key_saved(instance: ApiKey, *, created: bool, update_fields: frozenset[str] | None = None, **_signal: Any) -> None:
    """Record that a key was made or revoked."""
    if created or "revoked_at" in (update_fields or ()):
        _tell_of_key(Action.KEY_MADE if created else Action.KEY_REVOKED, instance)


@receiver(post_delete, sender=ApiKey)
def key_deleted(instance: ApiKey, **_signal: Any) -> None:
    """Record that a key is gone, alone or with its user."""
    _tell_of_key(Action.KEY_DELETED, instance)


def _tell_of_key(action: Action, key: ApiKey) -> None:
    known = "before" if action is Action.KEY_DELETED else "after"
    person = key.user.get_username()
    if origin.is_own_check():
        action = OWN_CHECK.get(action, action)
    AuditEvent.objects.record(Entry(action=action, person=person, **{known: {"key": str(key)}}))  # type: ignore[arg-type]  # `before` and `after`


def _borne(typed: object) -> str:
    """Return a name only if somebody bears it, for people type passwords where names belong."""
    name = str(typed or "")
    return name if User.objects.filter(username=name).exists() else ""
