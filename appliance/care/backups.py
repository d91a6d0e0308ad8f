"""Whether the box is backed up each night."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import BACKUPS_KEPT
from appliance.installing import units
from appliance.installing.places import UNITS
from appliance.keeping.nightly import DIRECTORY, NAME, STAMP, kept_count, nightly

TIMER: Final = UNITS / f"{units.TARGET}.wants" / "bastide-backup.timer"
LATE: Final = timedelta(days=2)
"""A machine that sleeps at night makes up for a backup when it wakes: two days without one are no chance."""


def check_backups(now: datetime) -> Check:
    """Return the check for the nightly backups."""
    try:
        names = [path.name for path in nightly(DIRECTORY)]
    except OSError as error:
        hint = Words("see who owns it: ls -ld {directory}; then: sudo bastide install", directory=str(DIRECTORY))
        return _check(Words("cannot be read: {problem}", problem=str(error)), Status.WARNING, hint)
    return judge_backups(names, kept_count(), _since(now), now)


def _since(now: datetime) -> datetime:
    """Return since when a backup is made each night: systemd's link to the timer is as old. Without it, none is."""
    try:
        return datetime.fromtimestamp(TIMER.lstat().st_mtime, now.tzinfo)
    except FileNotFoundError:
        return datetime.min.replace(tzinfo=now.tzinfo)


def judge_backups(newest_first: Sequence[str], wanted: int, since: datetime, now: datetime) -> Check:
    """Return the check for these backups, of which `wanted` are kept, where one is made each night since then."""
    if not wanted:
        hint = Words("sudo bastide config unset {name}, or see that something else backs it up", name=BACKUPS_KEPT)
        return _check(Words("none is made: {name} is 0", name=BACKUPS_KEPT), Status.WARNING, hint)
    found = NAME.fullmatch(newest_first[0]) if newest_first else None
    newest_at = datetime.strptime(found[1], STAMP).replace(tzinfo=now.tzinfo) if found else None
    is_late = now - (newest_at or since) > LATE
    hint = Words("see why: sudo bastide logs backup; then: sudo systemctl start bastide-backup") if is_late else NOTHING
    status = Status.WARNING if is_late else Status.PASSED
    if newest_at is None:
        return _check(Words("none yet") if is_late else Words("the first one comes tonight"), status, hint)
    measured = Words("{count} in {directory}, the newest of {day}", count=len(newest_first), directory=str(DIRECTORY),
                     day=f"{newest_at:%Y-%m-%d %H:%M} UTC")  # fmt: skip  # one thing a line
    return _check(measured, status, hint)


def _check(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="backups",
        title=Words("Nightly backups"),
        measured=measured,
        needed=Words("one not older than two days"),
        status=status,
        hint=hint,
    )
