"""To what a release brings the database, and whether it knows what another one did."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from appliance.errors import ApplianceError, CommandFailed
from appliance.installing import running
from appliance.installing.places import CURRENT, DATA

KNOWN: Final = """
import json, django
django.setup()
from django.db.migrations.loader import MigrationLoader
loader = MigrationLoader(None, ignore_no_migrations=True)
replaced = {each for migration in loader.disk_migrations.values() for each in migration.replaces}
print(json.dumps(sorted(".".join(each) for each in {*loader.disk_migrations, *replaced})))
"""


def known(release: Path = CURRENT) -> frozenset[str]:
    """Return every migration that a release has, as `app.name`."""
    return frozenset(json.loads(running.python("-c", KNOWN, release=release)))


def require_known(applied: Iterable[str], release: Path, maker: str, hint: str) -> None:
    """Raise when a database was brought to something that a release does not know; `maker` is who did."""
    unknown = sorted(set(applied) - known(release))
    if unknown:
        shown = ", ".join(unknown[:3]) + (" and others" if len(unknown) > 3 else "")
        message = f"{maker} brought the database to what release {release.resolve().name} does not know: {shown}."
        raise ApplianceError(message, hint)


def are_pending(release: Path, data: Path = DATA.root) -> bool:
    """Return whether a release would change a database."""
    try:
        running.manage("migrate", "--check", release=release, data=data)
    except CommandFailed:
        return True
    return False


def apply(release: Path, data: Path = DATA.root) -> None:
    """Bring a database to what a release needs."""
    running.manage("migrate", "--no-input", "-v", "0", release=release, data=data)
