"""Who may change an installed box."""

import os
import pwd
from typing import Final

from appliance.errors import ApplianceError


def require_root() -> None:
    """Raise unless root runs this."""
    if not is_root():
        message = "Only root may do this to the box of this machine."
        raise ApplianceError(message, "type sudo before the same command")


CARE: Final = "bastide-care"
"""The account of the tasks that look after the box; nobody can log in as it."""


def is_root() -> bool:
    """Return whether root runs this."""
    return os.geteuid() == 0


def require_root_or_care() -> None:
    """Raise unless root runs this, or a task of the box's own that holds its keys and backups."""
    try:
        care = pwd.getpwnam(CARE).pw_uid
    except KeyError:
        care = None
    if os.geteuid() != care:
        require_root()


def let_others_read() -> None:
    """Give what is made from now on the usual modes, whatever umask root's shell has: other accounts run it."""
    os.umask(0o022)
