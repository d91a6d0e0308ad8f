"""Whether a command was killed, or the machine lost its power, while the box went to another release or back."""

from appliance.checks.check import Check, Status
from appliance.checks.words import NOTHING, Words
from appliance.errors import ApplianceError
from appliance.keeping import alone, under_way
from appliance.keeping.former import Former
from appliance.keeping.placed import Record


def check_half_done() -> Check:
    """Return the check for what was begun and has not ended."""
    try:
        found = under_way.found()
    except (ApplianceError, OSError) as error:
        return _check(Words("cannot be read: {problem}", problem=str(error)), Status.FAILED)
    return judge_half_done(found, is_under_way=found is not None and alone.is_held())


def judge_half_done(found: Record | Former | None, *, is_under_way: bool) -> Check:
    """Return the check for what was begun, which goes on at this moment or was broken off."""
    if found is None:
        return _check(Words("nothing is half done"), Status.PASSED)
    if is_under_way:
        return _check(Words("a command is under way"), Status.PASSED)
    hint = Words("sudo bastide rollback puts back what the box was before")
    if isinstance(found, Record):
        measured = Words("the way from release {former} to {release} was broken off", former=found.former,
                         release=found.release)  # fmt: skip  # one thing a line
        return _check(measured, Status.FAILED, hint)
    return _check(Words("a restoration was broken off"), Status.FAILED, hint)


def _check(measured: Words, status: Status, hint: Words = NOTHING) -> Check:
    return Check(
        id="half_done",
        title=Words("Upgrades and restorations"),
        measured=measured,
        needed=Words("each came to its end"),
        status=status,
        hint=hint,
    )
