"""The database as it was before a move changed it: whether it must be put back, and what people would lose by that."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from appliance.errors import ApplianceError
from appliance.installing.places import DATA, KEPT
from appliance.keeping import database, placed
from appliance.keeping.placed import Record


def is_due(record: Record) -> bool:
    """Return whether a move has changed the database, or left it so that nobody can tell: else it need not go back."""
    if not record.is_migrated or not record.database.exists():
        return False
    before = database.form(record.database)
    try:
        return database.form(DATA.database) != before
    except ApplianceError:
        return True


def lost(record: Record) -> dict[str, int]:
    """Return how many rows people have made since, where putting the database back takes them away."""
    return database.more(DATA.database, _worked_on(record)) if is_due(record) else {}


def put_back(record: Record, say: Callable[[str], None]) -> None:
    """Make the database what it was, where it is another one. What people have made in it since is kept."""
    if not is_due(record):
        return
    try:
        rows = lost(record)
    except ApplianceError as error:
        say(f"  The database goes back, and what was made in it since cannot be told: {error.message}")
        rows = {}
    if rows:
        kept = KEPT / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-given-up.sqlite3"
        database.keep(DATA.database, kept)
        say(f"  The database goes back; the one of now, with {database.sentence(rows)} more, is kept in {kept}")
    database.put_back(record.database, DATA.database)


def _worked_on(record: Record) -> Path:
    """Return what people have worked on since: the way back to a former release put a database of its own in place."""
    led_here = placed.newest(record.former)
    is_way_back = led_here is not None and led_here.former == record.release and led_here.is_migrated
    return led_here.database if led_here is not None and is_way_back else record.database
