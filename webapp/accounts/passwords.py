"""First passwords that a person can read from a terminal and type."""

import secrets
from typing import Final

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without the letters and digits that look alike."""

_GROUPS: Final = 4
_GROUP_LENGTH: Final = 5


def new_password() -> str:
    """Return a random password of about 99 bits, in groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)
