"""Puts back what the box was before a command that was killed, or whose machine lost its power, half way."""

import shutil
from collections.abc import Callable
from typing import Final

from appliance.errors import ApplianceError
from appliance.installing import running
from appliance.installing.places import DATA
from appliance.keeping import placed, restore, snapshot, switching, under_way
from appliance.keeping.former import Former
from appliance.keeping.placed import Record

SCRATCHES: Final = (".restore-*", ".rehearsal-*")
"""What restorations and trials of releases unpack below the data, and take away when they end."""


def lost(half_done: Record | Former | None) -> dict[str, int]:
    """Return how many rows people have made since, where putting back what was takes them away."""
    return snapshot.lost(half_done) if isinstance(half_done, Record) else {}


def mend(say: Callable[[str], None], *, may_lose: bool = False) -> bool:
    """Put back what was before a command that died. Return whether there was one. Raise when rows would be lost.

    Whoever calls it holds the box alone. With `may_lose` they are lost, and their database is kept.
    """
    for path in (each for pattern in SCRATCHES for each in DATA.root.glob(pattern)):
        shutil.rmtree(path, ignore_errors=True)
    half_done = under_way.found()
    if half_done is None:
        return False
    if not may_lose and lost(half_done):
        message = f"{under_way.sentence(half_done)} was broken off, and since then people have worked with the box."
        raise ApplianceError(message, "sudo bastide rollback undoes it: it says what is lost by that, and asks")
    say(f"  {under_way.sentence(half_done)} was broken off; putting back what was before")
    running.stop()  # a migration may have outlived whoever began it
    if isinstance(half_done, Former):
        restore.undo(half_done, say)
    elif (half_done.directory / placed.FILES).is_dir():
        switching.undo(half_done, say)
    else:
        under_way.end()  # nothing was kept: nothing had been changed, or all of it was put back
    return True


def require_whole(say: Callable[[str], None]) -> None:
    """Put back what was before a command that died. Raise when there was one: what was typed may be for another box."""
    if mend(say):
        message = f"What was half done is undone, and nothing else done: release {placed.running_release()} runs."
        raise ApplianceError(message, "look whether all is well: sudo bastide doctor; then type the same command again")
