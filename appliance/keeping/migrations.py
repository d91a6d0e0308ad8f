"""To what a release brings the database, and whether it knows what another one did."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from appliance import command, environment
from appliance.errors import ApplianceError
from appliance.installing import running
from appliance.installing.places import CURRENT, DATA
from appliance.keeping import database
from appliance.paths import PYTHON, ROOT, DataDirectory

TIMEOUT_S: Final = 120.0
LISTED: Final = """
import json, django
django.setup()
from django.db.migrations.loader import MigrationLoader
found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
replaced = {each for migration in found.values() for each in migration.replaces}
print(json.dumps([sorted(".".join(each) for each in names) for names in (found, replaced)]))
"""


def listed(release: Path = CURRENT) -> tuple[frozenset[str], frozenset[str]]:
    """Return the migrations that a release has, as `app.name`, and those that they stand for."""
    return _listed(running.python("-c", LISTED, release=release))


def _listed(told: str) -> tuple[frozenset[str], frozenset[str]]:
    present, replaced = json.loads(told)
    return frozenset(present), frozenset(replaced)


def unknown_to_this_code(applied: Iterable[str]) -> list[str]:
    """Return what a database was brought to and this code does not know, which need not be a release yet."""
    with tempfile.TemporaryDirectory(prefix="bastide-look-") as scratch:
        DataDirectory(root=Path(scratch)).make()
        variables = {
            **environment.shell(),
            "PYTHONDONTWRITEBYTECODE": "1",
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
            "BASTIDE_DATA_DIR": scratch,
        }
        told = command.run([str(PYTHON), "-c", LISTED], timeout_s=TIMEOUT_S, environment=variables, cwd=ROOT)
    return sorted(set(applied).difference(*_listed(told)))


def require_known(applied: Iterable[str], release: Path, maker: str, hint: str) -> None:
    """Raise when a database was brought to something that a release does not know; `maker` is who did."""
    unknown = sorted(set(applied).difference(*listed(release)))
    if unknown:
        shown = ", ".join(unknown[:3]) + (" and others" if len(unknown) > 3 else "")
        message = f"{maker} brought the database to what release {release.resolve().name} does not know: {shown}."
        raise ApplianceError(message, hint)


def are_pending(release: Path, path: Path) -> bool:
    """Return whether a release would change a database."""
    return bool(listed(release)[0] - set(database.migrations(path)))


def apply(release: Path, data: Path = DATA.root) -> None:
    """Bring a database to what a release needs."""
    running.manage("migrate", "--no-input", "-v", "0", release=release, data=data)
