"""Whether the box is backed up each night."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.environment import BACKUPS_KEPT
from appliance.installing.places import CREDENTIALS
from appliance.keeping.nightly import DIRECTORY, NAME, STAMP, kept_count, nightly

LATE: Final = timedelta(days=2)
"""A machine that sleeps at night makes up for a backup when it wakes: two days without one are no chance."""


def check_backups(now: datetime) -> Check:
    """Return the check for the nightly backups."""
    secret = CREDENTIALS / "secret-key"
    installed_at = datetime.fromtimestamp(secret.stat().st_mtime, now.tzinfo) if secret.exists() else now
    names = [path.name for path in nightly(DIRECTORY)]
    return judge_backups(names, kept_count(), installed_at, now)


def judge_backups(newest_first: Sequence[str], wanted: int, installed_at: datetime, now: datetime) -> Check:
    """Return the check for these backups, of which `wanted` are kept."""
    if not wanted:
        hint = Words("sudo bastide config unset {name}, or see that something else backs it up", name=BACKUPS_KEPT)
        return _check(Words("none is made: {name} is 0", name=BACKUPS_KEPT), Status.WARNING, hint)
    found = NAME.fullmatch(newest_first[0]) if newest_first else None
    newest_at = datetime.strptime(found[1], STAMP).replace(tzinfo=now.tzinfo) if found else None
    is_late = now - (newest_at or installed_at) > LATE
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
