"""What backup, restore, upgrade and rollback do, as `cli.py` runs them."""

import argparse
import time
from pathlib import Path
from typing import Final

from appliance.box_commands import Terminal
from appliance.installing.root import require_root
from appliance.keeping import archive, backup, database, restore, upgrade
from appliance.keeping.alone import alone, require_installed
from appliance.keeping.restore import Order
from appliance.options import version

REPLACE: Final = "replace everything"
GO_BACK: Final = "go back"


def run_backup(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Write a backup, or verify one."""
    path = Path(arguments.file).absolute()
    if arguments.verify:
        manifest = archive.verified(path)
        made = f"made {manifest.created_at} by release {manifest.release}"
        terminal.say(f"The backup {path} is whole: {made}, {database.sentence(manifest.counts)}.")
        return 0
    with alone():
        started_s = time.monotonic()
        backup.back_up(backup.Box(), path, terminal.say, with_results=arguments.with_results)
    size = path.stat().st_size / 2**20
    terminal.say(f"The backup {path} is written and verified ({size:,.0f} MiB, {time.monotonic() - started_s:.0f} s).")
    terminal.say("It holds every secret of the box: keep it where only administrators read.")
    return 0


def run_restore(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Make the box what a backup holds."""
    require_root()
    path = Path(arguments.file).absolute()
    terminal.say(f"  Verifying {path}")
    manifest = archive.verified(path)
    require_installed(tuple(arguments.names) or manifest.names)
    with alone():
        for line in restore.described(manifest, tuple(arguments.names)):
            terminal.say(line)
        if not arguments.yes and not _confirmed(terminal, REPLACE):
            terminal.say("Nothing was changed.")
            return 1
        restore.restore(Order(path=path, names=tuple(arguments.names)), manifest, terminal.say)
    terminal.say(f"The box is what it was on {manifest.created_at}.")
    return 0


def run_upgrade(_arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Run another release."""
    with alone():
        started_s = time.monotonic()
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
        way = upgrade.way_back()
        if way.record.is_migrated:
            terminal.say(f"The database goes back to what it was at {way.record.at} (UTC), before that upgrade.")
            terminal.say(f"All that was done since is lost. Of what is counted: {database.sentence(way.lost)}.")
            if not arguments.yes and not _confirmed(terminal, GO_BACK):
                terminal.say("Nothing was changed.")
                return 1
        kept = upgrade.roll_back(way, terminal.say)
    if kept:
        terminal.say(f"The database that was given up is in {kept}.")
    terminal.say(f"The box runs release {way.record.former} again.")
    return 0


def _confirmed(terminal: Terminal, words: str) -> bool:
    try:
        return terminal.ask(f"Type '{words}' to go on: ").strip() == words
    except EOFError:  # nobody sits there
        return False
