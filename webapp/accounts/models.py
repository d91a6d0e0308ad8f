"""Users with one of three roles, and the keys by which their programs ask."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from django.contrib.auth.models import AbstractUser, Group, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from webapp.accounts.passwords import forget_old_password

EVERYONE: Final = "everyone"
KEY_PREFIX: Final = "bst_"
KEY_SECRET_LENGTH: Final = 40
KEY_SHOWN_LENGTH: Final = 8


class Role(models.TextChoices):
    """What a user may do: use models, publish them too, or run the box."""

    USER = "user", _("User")
    PUBLISHER = "publisher", _("Publisher")
    ADMIN = "admin", _("Administrator")


class Accounts(UserManager["User"]):
    """Makes users."""

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """Return a new admin; Django's own command calls it so."""
        return self.create_user(username, email, password, **(fields | {"role": Role.ADMIN}))


class User(AbstractUser):
    """Somebody who may log in. The role decides; Django's two flags follow it."""

    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.USER)

    may_publish_pickles = models.BooleanField(
        _("may publish pickles"),
        default=False,
        help_text=_("A pickle is a program. The box opens it once, apart from everything, and keeps what it converts."),
    )

    objects: ClassVar[Accounts] = Accounts()

    @property
    def is_admin(self) -> bool:
        """Whether this user runs the box."""
        return self.role == Role.ADMIN

    @property
    def may_publish(self) -> bool:
        """Whether this user may publish models."""
        return self.role in {Role.PUBLISHER, Role.ADMIN}

    @property
    def has_password(self) -> bool:
        """Whether there is a password by which this user may log in."""
        return self.has_usable_password()

    @property
    def has_pickles_opened(self) -> bool:
        """Whether a pickle that this user publishes is opened."""
        return self.is_active and self.may_publish and self.may_publish_pickles

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:
        """Keep Django's flags in step with the role; who is new joins the group of everyone.

        A changed password ends what belonged to the old one.
        """
        is_new = self._state.adding
        has_other_password = self._password is not None  # type: ignore[attr-defined]  # missing in its stubs
        self.is_staff = self.is_superuser = self.is_admin
        if update_fields is not None and "role" in update_fields:
            update_fields = {*update_fields, "is_staff", "is_superuser"}
        super().save(update_fields=update_fields, **options)
        if is_new:
            self.groups.add(everyone())
        elif has_other_password:
            forget_old_password(self)


def everyone() -> Group:
    """Return the group that every user belongs to."""
    return Group.objects.get_or_create(name=EVERYONE)[0]


class ApiKeys(models.QuerySet["ApiKey"]):
    """Makes and finds API keys."""

    def of_checks(self) -> Self:
        """Return the keys with which the box asks itself."""
        return self.filter(is_check=True)

    def create_key(self, user: User, label: str = "", *, is_check: bool = False) -> tuple["ApiKey", str]:
        """Return a new key and its text. The text is kept nowhere: this is the only time anyone sees it."""
        text = KEY_PREFIX + secrets.token_urlsafe(KEY_SECRET_LENGTH)[:KEY_SECRET_LENGTH]
        key = self.create(
            user=user,
            label=label,
            prefix=text[: len(KEY_PREFIX) + KEY_SHOWN_LENGTH],
            digest=digest_of(text),
            is_check=is_check,
        )
        return key, text

    def usable(self) -> Self:
        """Return the keys that open something: not revoked, of a user who may log in."""
        return self.filter(revoked_at__isnull=True, user__is_active=True)

    def find(self, text: str) -> "ApiKey | None":
        """Return the live key with this text, or None."""
        return self.usable().select_related("user").filter(digest=digest_of(text)).first()

    def mark_used(self, digests: Iterable[str], at: datetime) -> None:
        """Note when these keys were last used."""
        self.filter(digest__in=list(digests)).update(last_used_at=at)


class ApiKey(models.Model):
    """A key of a user's. Only a digest is kept: forty random characters need no slow hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys", verbose_name=_("user"))
    label = models.CharField(_("label"), max_length=100, blank=True)
    prefix = models.CharField(_("begins with"), max_length=16, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    is_check = models.BooleanField(default=False, editable=False)
    """Whether the box asks itself with it: what is asked so is nobody's, and no journal keeps it."""

    objects = ApiKeys.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.label})" if self.label else f"{self.prefix}…"

    @property
    def is_revoked(self) -> bool:
        """Whether the key opens nothing any more."""
        return self.revoked_at is not None

    def revoke(self, at: datetime) -> None:
        """End the key for good. A second time changes nothing."""
        if self.is_revoked:
            return
        self.revoked_at = at
        self.save(update_fields=["revoked_at"])


def digest_of(text: str) -> str:
    """Return the digest under which a key's text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()
