"""A backup each night, and the oldest ones removed once the new one is whole: what the timer does."""

import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from appliance.environment import BACKUPS_KEPT, BACKUPS_KEPT_DEFAULT
from appliance.installing import settings
from appliance.installing.places import BACKUPS
from appliance.installing.root import is_root
from appliance.keeping.backup import Box, back_up

DIRECTORY: Final = BACKUPS
NAME: Final = re.compile(r"bastide-(\d{8}T\d{6}Z)\.backup")
HANDED: Final = "credentials_"
"""What systemd puts before the name of each secret that it hands over of a whole directory."""

STAMP: Final = "%Y%m%dT%H%M%SZ"


def kept_count() -> int:
    """Return how many nightly backups are kept; with 0 none are made. For what cannot be meant the default holds."""
    said = settings.read().get(BACKUPS_KEPT, "")
    return int(said if said.isdecimal() else BACKUPS_KEPT_DEFAULT)


def back_up_nightly(now: datetime, say: Callable[[str], None]) -> Path | None:
    """Write tonight's backup, then remove the oldest ones. Return the new file, or None where none are wanted."""
    count = kept_count()
    if not count:
        return None
    target = DIRECTORY / f"bastide-{now:{STAMP}}.backup"
    back_up(_box(), target, say)
    for path in nightly(DIRECTORY)[count:]:
        path.unlink()
        say(f"  Removed {path}")
    return target


def _box() -> Box:
    """Return the box as whoever runs this reads it: to a task that is not root's, systemd hands the secrets."""
    return Box() if is_root() else Box(credentials=Path(os.environ["CREDENTIALS_DIRECTORY"]), prefix=HANDED)


def nightly(directory: Path) -> list[Path]:
    """Return the nightly backups in a directory, the newest first; other files there are an admin's own."""
    if not directory.is_dir():
        return []
    return sorted((path for path in directory.iterdir() if NAME.fullmatch(path.name)), reverse=True)
