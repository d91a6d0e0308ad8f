"""Who may change an installed box."""

import os

from appliance.errors import ApplianceError


def require_root() -> None:
    """Raise unless root runs this."""
    if os.geteuid() != 0:
        message = "Only root may do this to the box of this machine."
        raise ApplianceError(message, "type sudo before the same command")


def let_others_read() -> None:
    """Give what is made from now on the usual modes, whatever umask root's shell has: other accounts run it."""
    os.umask(0o022)
