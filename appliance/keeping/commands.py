"""What backup, restore, upgrade and rollback do, as `cli.py` runs them."""

import argparse
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from appliance.box_commands import Terminal
from appliance.bundling.commands import upgrade_from
from appliance.errors import ApplianceError
from appliance.installing.root import require_root
from appliance.keeping import archive, backup, database, mending, nightly, placed, restore, under_way, upgrade
from appliance.keeping.alone import alone, alone_to_read, require_installed
from appliance.keeping.backup import More
from appliance.keeping.former import Former
from appliance.keeping.noting import note_backup, note_nightly
from appliance.keeping.placed import Record
from appliance.keeping.restore import Order
from appliance.options import version

REPLACE: Final = "replace everything"
GO_BACK: Final = "go back"
NIGHTLY_PATIENCE_S: Final = 3_600.0
"""So long the nightly backup waits for an upgrade or whatever else is under way, since nobody types it again."""


def run_backup(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write a backup, or verify one."""
    if arguments.nightly:
        return _run_nightly(arguments, terminal)
    if arguments.file is None:
        message = "Where to is not said."
        raise ApplianceError(message, "sudo bastide backup FILE")
    path = Path(arguments.file).absolute()
    if arguments.verify:
        manifest = archive.verified(path)
        made = f"made {manifest.created_at} by release {manifest.release}"
        terminal.say(f"The backup {path} is whole: {made}, {database.sentence(manifest.counts)}.")
        return 0
    with alone():
        started_s = time.monotonic()
        more = More(results=arguments.with_results, journal=arguments.with_journal)
        backup.back_up(backup.Box(), path, terminal.say, more)
    size = path.stat().st_size / 2**20
    terminal.say(f"The backup {path} is written and verified ({size:,.0f} MiB, {time.monotonic() - started_s:.0f} s).")
    terminal.say("It holds every secret of the box: keep it where only administrators read.")
    note_backup(path, more=more)
    return 0


def _run_nightly(arguments: argparse.Namespace, terminal: Terminal) -> int:
    if arguments.file or arguments.verify or arguments.with_results or arguments.with_journal:
        message = "--nightly says where to and what by itself."
        raise ApplianceError(message, "sudo bastide backup --nightly, or sudo bastide backup FILE")
    with alone_to_read(NIGHTLY_PATIENCE_S):
        path = nightly.back_up_nightly(datetime.now(UTC), terminal.say)
    if path is None:
        terminal.say("No nightly backup is made: BASTIDE_BACKUPS_KEPT is 0.")
    else:
        terminal.say(f"The backup {path} is written and verified ({path.stat().st_size / 2**20:,.0f} MiB).")
        note_nightly(path)
    return 0


def run_restore(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make the box what a backup holds."""
    require_root()
    path = Path(arguments.file).absolute()
    terminal.say(f"  Verifying {path}")
    manifest = archive.verified(path)
    require_installed(tuple(arguments.names) or manifest.names)
    with alone():
        mending.require_whole(terminal.say)
        for line in restore.described(manifest, tuple(arguments.names)):
            terminal.say(line)
        if not arguments.yes and not terminal.confirms(REPLACE):
            terminal.say("Nothing was changed.")
            return 1
        restore.restore(Order(path=path, names=tuple(arguments.names)), manifest, terminal.say)
    terminal.say(f"The box is what it was on {manifest.created_at}.")
    return 0


def run_upgrade(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Run another release: of this directory, or of a bundle."""
    if arguments.bundle:
        return upgrade_from(arguments.bundle, arguments.fingerprint, terminal)
    if arguments.fingerprint:
        message = "A fingerprint is that of a bundle, and none is named."
        raise ApplianceError(message, "--bundle FILE")
    with alone():
        started_s = time.monotonic()
        mending.mend(terminal.say)
        is_new = upgrade.upgrade(version(), terminal.say)
    took_s = time.monotonic() - started_s
    terminal.say(
        f"Upgraded in {took_s:.0f} s. sudo bastide rollback leads back."
        if is_new
        else "The box runs this release already."
    )
    return 0


def run_rollback(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Go back to the former release."""
    with alone():
        if half_done := under_way.found():
            return _undo(half_done, arguments, terminal)
        way = upgrade.way_back()
        if way.record.is_migrated:
            terminal.say(f"The database goes back to what it was at {way.record.at} (UTC), before that upgrade.")
            terminal.say(f"All that was done since is lost. Of what is counted: {database.sentence(way.lost)}.")
            if not arguments.yes and not terminal.confirms(GO_BACK):
                terminal.say("Nothing was changed.")
                return 1
        kept = upgrade.roll_back(way, terminal.say)
    if kept:
        terminal.say(f"The database that was given up is in {kept}.")
    terminal.say(f"The box runs release {way.record.former} again.")
    return 0


def _undo(half_done: Record | Former, arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Go back to what was before a command that died."""
    if rows := mending.lost(half_done):
        terminal.say(f"{under_way.sentence(half_done)} was broken off. The database goes back to what it was before.")
        terminal.say(f"All that was done since is lost. Of what is counted: {database.sentence(rows)}.")
        if not arguments.yes and not terminal.confirms(GO_BACK):
            terminal.say("Nothing was changed.")
            return 1
    mending.mend(terminal.say, may_lose=True)
    terminal.say(f"The box is what it was before, and runs release {placed.running_release()}.")
    return 0
