"""First passwords that a person can read from a terminal and type, and what ends when a password is changed."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from axes.utils import reset
from django.conf import settings

if TYPE_CHECKING:
    from webapp.accounts.models import User

FIRST_ADMIN: Final = "admin"

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits that look alike."""

_GROUPS: Final = 4
_GROUP_LENGTH: Final = 5


def new_password() -> str:
    """Return a random password of about 99 bits, in groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def first_password_file() -> Path:
    """Return where the first administrator's first password stands until it is changed."""
    return Path(settings.DATA_DIR) / "admin-password"


def has_first_password(username: str) -> bool:
    """Return whether this is the first administrator, whose password still stands in a file."""
    return username == FIRST_ADMIN and first_password_file().exists()


def forget_old_password(user: "User") -> None:
    """End what belonged to a password that was changed: a lock on the name, and the file of the very first one."""
    reset(username=user.get_username())
    if user.get_username() == FIRST_ADMIN:
        first_password_file().unlink(missing_ok=True)
