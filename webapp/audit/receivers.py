"""What is recorded of accounts: they are below the trail and know nothing of it."""

from typing import Any, Final

from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from webapp.accounts.models import ApiKey, User
from webapp.audit.memberships import access, watch
from webapp.audit.models import Action, AuditEvent, Entry

WATCHED: Final = ("role", "is_active", "may_publish_pickles")
"""What a user may do hangs on these."""

watch(User.groups.through, "groups", lambda user: access(person=user.get_username()))


@receiver(user_logged_in)
def logged_in(user: User, **_signal: Any) -> None:
    """Record a log-in."""
    AuditEvent.objects.record(Entry(action=Action.LOGGED_IN, by=user, person=user.get_username()))


@receiver(user_login_failed)
def log_in_failed(credentials: dict[str, Any], **_signal: Any) -> None:
    """Record a log-in that failed; the name only if somebody bears it, for people type passwords where names belong."""
    typed = str(credentials.get("username") or "")
    person = typed if User.objects.filter(username=typed).exists() else ""
    AuditEvent.objects.record(Entry(action=Action.LOG_IN_FAILED, person=person))


@receiver(pre_save, sender=User)
def remember_user(instance: User, **_signal: Any) -> None:
    """Keep what the user might do until now."""
    known = User.objects.filter(pk=instance.pk).values(*WATCHED).first() if instance.pk else None
    instance._audited = known  # type: ignore[attr-defined]  # noqa: SLF001  # from here to `user_saved` only


@receiver(post_save, sender=User)
def user_saved(instance: User, *, created: bool, **_signal: Any) -> None:
    """Record a new user, and what changed of the rights of one."""
    person = instance.get_username()
    now: dict[str, Any] = {name: getattr(instance, name) for name in WATCHED}
    before: dict[str, Any] = getattr(instance, "_audited", None) or {}
    changed = [name for name in WATCHED if before.get(name) != now[name]]
    if created:
        AuditEvent.objects.record(Entry(action=Action.USER_MADE, person=person, after={"role": str(instance.role)}))
    elif changed:
        AuditEvent.objects.record(
            Entry(
                action=Action.USER_CHANGED,
                person=person,
                before={name: before.get(name) for name in changed},
                after={name: now[name] for name in changed},
            )
        )


@receiver(post_delete, sender=User)
def user_deleted(instance: User, **_signal: Any) -> None:
    """Record that a user is gone."""
    AuditEvent.objects.record(
        Entry(action=Action.USER_DELETED, person=instance.get_username(), before={"role": str(instance.role)})
    )


@receiver(post_save, sender=ApiKey)
def key_saved(instance: ApiKey, *, created: bool, update_fields: frozenset[str] | None = None, **_signal: Any) -> None:
    """Record that a key was made or revoked."""
    if not created and "revoked_at" not in (update_fields or ()):
        return
    AuditEvent.objects.record(
        Entry(
            action=Action.KEY_MADE if created else Action.KEY_REVOKED,
            person=instance.user.get_username(),
            after={"key": str(instance)},
        )
    )
