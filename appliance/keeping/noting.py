"""Has the audit trail of the box know of a backup: it holds every secret, so it is known who made one, and when."""

import os
import pwd
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import running
from appliance.keeping.backup import More

MODELS_AND_SETTINGS: Final = More()
STARTED_BY_SYSTEMD: Final = "INVOCATION_ID"
"""systemd sets it for each run of a unit."""


def note_backup(path: Path, *, more: More = MODELS_AND_SETTINGS, is_nightly: bool = False) -> None:
    """Note a backup that is written and verified. Raise when the trail does not take it: the backup stays."""
    said = [("--by-timer", is_nightly and STARTED_BY_SYSTEMD in os.environ)]
    said += [("--with-journal", more.journal), ("--with-results", more.results)]
    options = [name for name, holds in said if holds]
    try:
        running.manage("note_backup", str(path), account(), *options)
    except CommandFailed as error:
        message = f"The backup {path} is written and verified, but the audit trail does not know of it: {error.message}"
        raise ApplianceError(message, "sudo bastide doctor tells what is wrong with the box") from error


def account() -> str:
    """Return the account in whose terminal this was typed."""
    if became_root := os.environ.get("SUDO_USER"):
        return became_root
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # an account of a container may have a number alone
        return str(os.geteuid())
