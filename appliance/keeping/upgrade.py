"""To another release and back: made beside the one that runs, tried, then switched to."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from appliance.bundling import bundled
from appliance.checks.check import Status
from appliance.checks.processor import check_flags
from appliance.checks.system import check_python
from appliance.errors import ApplianceError
from appliance.installing import firewall, fitness, front, front_trial, machine, release, settings, units, wanting
from appliance.installing.clearing import remove
from appliance.installing.install import require_good_settings
from appliance.installing.places import DATA, KEPT, OPT, RELEASES, is_installed_release
from appliance.keeping import database, gate, migrations, placed
from appliance.keeping.placed import Record
from appliance.keeping.room import require_room
from appliance.keeping.switching import Move, move

RELEASES_KEPT: Final = 3
GO_BACK: Final = "sudo bastide rollback goes back to the former release together with its database"


def upgrade(version: str, say: Callable[[str], None]) -> bool:
    """Run this checkout's release from now on. Return False when it runs already. Raise when it cannot be run."""
    if is_installed_release():
        message = "This is the release that runs."
        raise ApplianceError(message, "unpack another release, and type sudo ./bastide upgrade in its directory")
    name, former = release.name(version), placed.running_release()
    if name == former:
        return False
    say(f"From release {former} to {name}")
    _require_newer(version, former)
    require_good_settings()
    _require_fitness()
    machine.install_packages(say)
    try:
        _move(former, name, say)
    finally:
        _prune_releases(former, name, say)  # else each try that fails would leave behind what a release takes
    bundled.trust_key()
    _prune_kept(name, say)
    return True


def _move(former: str, name: str, say: Callable[[str], None]) -> None:
    """Make the release, try it, and switch to it. Raise where it does not pass; then the former one runs."""
    if not release.is_whole(name):
        say("  Making the release beside the one that runs")
        release.make(name)
    migrations.require_known(
        database.migrations(DATA.database), RELEASES / name, f"This would be a downgrade: release {former}", GO_BACK
    )
    is_pending = gate.try_release(RELEASES / name, say)
    front_trial.require_taken(front.text(settings.names(), settings.upload_bytes_max()))
    record = begun(former, name, is_migrated=is_pending)
    move(Move(record=record, prepare=lambda: _prepared(record, say), keep=record.write, say=say))


def begun(former: str, name: str, *, is_migrated: bool) -> Record:
    """Return the record of a move that begins now."""
    if is_migrated:
        require_room(OPT, 2 * DATA.database.stat().st_size)  # as it was and, should it go back, as people had it
    at, enabled = f"{datetime.now(UTC):%Y%m%dT%H%M%S}", tuple(sorted(units.enabled()))
    return Record(former=former, release=name, at=at, is_migrated=is_migrated, enabled=enabled)


def _require_newer(version: str, former: str) -> None:
    """Raise for a lower version than the one that runs. What has the same one is told apart by its database alone."""
    if numbers(version) < numbers(former.partition("-")[0]):
        message = f"This would be a downgrade: release {former} runs, and this directory holds version {version}."
        raise ApplianceError(message, GO_BACK)


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, by which it comes before or after another one."""
    return tuple(map(int, re.findall(r"\d+", version)))


def _require_fitness() -> None:
    for check in (check_python(), check_flags(), fitness.check_room()):
        if check.status is Status.FAILED:
            message = f"This machine cannot run the release: {check.title}: {check.measured} (needed: {check.needed})."
            raise ApplianceError(message, str(check.hint))


def _prepared(record: Record, say: Callable[[str], None]) -> set[str]:
    """Place the files of the release and bring the database to it. Return the names of the files that changed."""
    before = {path: placed.meaning(path.read_bytes()) for path in placed.changeable()}
    machine.make_accounts()
    machine.make_directories()
    settings.place_secrets()
    settings.place_queue_settings(psutil.virtual_memory().total)
    front.place_front(settings.names(), settings.upload_bytes_max())
    firewall.place_firewall(say)
    units.place_units()
    units.enable(wanting.units_wanted())
    if record.is_migrated:
        say("  Migrating the database")
        migrations.apply(RELEASES / record.release)
    return {path.name for path in placed.changeable() if before.get(path) != placed.meaning(path.read_bytes())}


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """A way back: what leads there, and how many rows are in the database that were not there then."""

    record: Record
    lost: dict[str, int]


def way_back() -> Way:
    """Return how to go back to the former release. Raise where there is none."""
    running = placed.running_release()
    record = placed.newest(running)
    if record is None or not release.is_whole(record.former):
        message = f"There is no release to go back to from {running}."
        raise ApplianceError(message, "sudo ./bastide upgrade in the directory of the release that you want")
    if not record.is_migrated:
        return Way(record=record, lost={})
    return Way(record=record, lost=database.more(DATA.database, record.database))


def roll_back(way: Way, say: Callable[[str], None]) -> Path | None:
    """Run the former release again. Return where the database is kept that was given up, if one was."""
    kept = way.record
    say(f"From release {kept.release} back to {kept.former}")
    record = begun(kept.release, kept.former, is_migrated=kept.is_migrated)

    def prepared() -> set[str]:
        changed = placed.put_back(kept)
        if kept.is_migrated:
            database.put_back(kept.database, DATA.database)
        return changed

    move(Move(record=record, prepare=prepared, keep=lambda: remove(kept.directory), say=say))
    return record.database if kept.is_migrated else None


def _prune_releases(former: str, name: str, say: Callable[[str], None]) -> None:
    """Remove releases that no way leads to: not those of this move, nor the one before it, nor the newest."""
    record = placed.newest(placed.running_release())
    kept = [former, name, *([record.former] if record else [])]
    found = sorted((path for path in RELEASES.iterdir() if path.is_dir()), key=_made_at, reverse=True)
    _remove([RELEASES / each for each in surplus([path.name for path in found], *kept)], say)


def _prune_kept(running: str, say: Callable[[str], None]) -> None:
    """Remove what was kept for releases that are gone by now."""
    stale = [path for path in sorted(KEPT.iterdir(), reverse=True) if not path.name.endswith(f"-{running}")]
    _remove(stale[RELEASES_KEPT - 1 :], say)


def _remove(paths: list[Path], say: Callable[[str], None]) -> None:
    for path in paths:
        try:
            remove(path)
        except OSError as error:
            say(f"  {path} could not be removed: {error}")
        else:
            say(f"  Removed {path}")


def surplus(newest_first: list[str], *kept: str) -> list[str]:
    """Return the releases that are not kept: those that must be, and the newest up to a bound."""
    return list(dict.fromkeys([*kept, *newest_first]))[RELEASES_KEPT:]


def _made_at(path: Path) -> float:
    mark = path / release.WHOLE
    return mark.stat().st_mtime if mark.exists() else 0.0
