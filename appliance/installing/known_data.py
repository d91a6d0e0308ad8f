"""Whether the data of a box that lies here is such as this release knows: an older one would write into it blindly."""

import os
from collections.abc import Sequence
from typing import Final

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import ApplianceError
from appliance.installing.places import CURRENT, DATA
from appliance.keeping import database, migrations

SHOWN_MAX: Final = 3


def check_data() -> Check:
    """Check that this release knows all that was done with the database that lies here, if there is one."""
    if not DATA.database.exists():
        return _check(Words("none"), Status.PASSED)
    if not os.access(DATA.database, os.R_OK):
        return _check(Words("for root alone"), Status.SKIPPED, Words("type sudo before the same command"))
    try:
        unknown = migrations.unknown_to_this_code(database.migrations(DATA.database))
    except ApplianceError as error:
        hint = Words("{problem}", problem=error.hint)
        return _check(Words("cannot be read: {problem}", problem=error.message), Status.SKIPPED, hint)
    return judge_data(unknown, is_installed=CURRENT.is_symlink())


def judge_data(unknown: Sequence[str], *, is_installed: bool) -> Check:
    """Return the check for migrations of the database that this release does not have."""
    if not unknown:
        return _check(Words("known to this release"), Status.PASSED)
    shown = ", ".join(unknown[:SHOWN_MAX]) + (", …" if len(unknown) > SHOWN_MAX else "")
    measured = Words("another release has brought its database to what this one does not know: {names}", names=shown)
    hint = Words("unpack the release that wrote it, or a newer one, and in its directory: sudo ./bastide install")
    if is_installed:
        hint = Words("keep the release that runs; sudo bastide rollback goes back to the former one and its database")
    return _check(measured, Status.FAILED, hint)


def _check(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="data",
        title=Words("Data of a box"),
        measured=measured,
        needed=Words("none, or such as this release knows"),
        status=status,
        hint=hint,
    )
