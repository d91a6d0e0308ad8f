"""Has the audit trail of the box know of a backup: it holds every secret, so it is known who made one, and when."""

import os
import pwd
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import running
from appliance.installing.places import CARE
from appliance.installing.placing import place
from appliance.installing.root import is_root
from appliance.keeping.backup import More

MODELS_AND_SETTINGS: Final = More()
NIGHTLY: Final = CARE / "backup"
"""Says where the backup lies that the timer had made last: bastide-noted.service reads it."""

READABLE: Final = 0o640


def note_nightly(path: Path) -> None:
    """Note a nightly backup. Who is not root may not change the database, and leaves a sign to who may."""
    if is_root():
        note_backup(path)
    else:
        place(NIGHTLY, f"{path}\n", mode=READABLE)


def note_backup(path: Path, *, more: More = MODELS_AND_SETTINGS) -> None:
    """Note a backup that is written and verified. Raise when the trail does not take it: the backup stays."""
    said = (("--with-journal", more.journal), ("--with-results", more.results))
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
