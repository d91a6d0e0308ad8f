"""What is wrong with the releases on the disk: the one that runs is missing, or old ones pile up."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.installing.places import CURRENT, RELEASES

OLD_MAX: Final = 3


def check_releases() -> Check:
    """Return the check for the releases."""
    current = CURRENT.readlink().name if CURRENT.is_symlink() else ""
    directories = [path for path in RELEASES.iterdir() if path.is_dir()] if RELEASES.is_dir() else []
    return judge_releases(current, newest_first(directories))


def newest_first(directories: Sequence[Path]) -> tuple[str, ...]:
    """Return the names of releases, the one that was made last first."""
    ordered = sorted(directories, key=lambda path: path.stat().st_mtime, reverse=True)
    return tuple(path.name for path in ordered)


def judge_releases(current: str, names: Sequence[str]) -> Check:
    """Return the check for these releases, the newest first."""
    old = [name for name in names if name != current]
    if current not in names:
        hint = Words("unpack the release again, then in it: sudo ./bastide install")
        return _check(Words("the one that should run, {name}, is missing", name=current or "-"), Status.FAILED, hint)
    if len(old) <= OLD_MAX:
        measured = Words("{name} runs; beside it {count} old ones", name=current, count=len(old))
        return _check(measured, Status.PASSED)
    surplus = old[OLD_MAX:]
    hint = Words("sudo rm -r {paths}", paths=" ".join(str(RELEASES / name) for name in surplus))
    measured = Words("{name} runs; beside it {count} old ones", name=current, count=len(old))
    return _check(measured, Status.WARNING, hint)


def _check(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="releases",
        title=Words("Releases"),
        measured=measured,
        needed=Words("{count} old ones at most", count=OLD_MAX),
        status=status,
        hint=hint,
    )
