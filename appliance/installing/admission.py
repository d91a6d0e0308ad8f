"""Whether an installation goes on after what the checks found of its machine."""

from collections.abc import Iterator, Sequence
from typing import Final

from appliance.checks.check import Check, Status
from appliance.errors import ApplianceError
from appliance.installing.fitness import is_about_a_port, may_be_forced

ALWAYS: Final = frozenset({"systemd", "data"})


def obstacles(found: Sequence[Check], *, is_here: bool) -> tuple[Check, ...]:
    """Return what failed and stands in the way. `is_here`: this very release is installed here already.

    Then what only a new machine must have is told, and refuses nothing: without systemd or the ports nothing would run,
    and in data of another release it would do harm.
    """
    failed = (check for check in found if check.status is Status.FAILED)
    return tuple(check for check in failed if not is_here or check.id in ALWAYS or is_about_a_port(check))


def lines(found: Sequence[Check], in_the_way: Sequence[Check]) -> Iterator[str]:
    """Yield what is not right or not known, a line each: as a warning what failed and stands in nobody's way."""
    for check in found:
        if check.hint:
            is_passed_over = check.status is Status.FAILED and check not in in_the_way
            status = Status.WARNING if is_passed_over else check.status
            yield f"  {status}: {check.title}: {check.measured} (needed: {check.needed}); {check.hint}"


def require_none(in_the_way: Sequence[Check], force: str) -> None:
    """Raise where something stands in the way that nobody passes over, or that nobody may pass over."""
    if not in_the_way or (force and may_be_forced(in_the_way)):
        return
    first = in_the_way[0]
    message = f"This machine cannot be the box: {first.title}: {first.measured} (needed: {first.needed})."
    forcing = "; or install all the same with --force REASON, which is recorded"
    raise ApplianceError(message, f"{first.hint}{forcing if may_be_forced(in_the_way) else ''}")
