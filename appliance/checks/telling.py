"""Checks as people read them in a terminal: a table, a verdict, an exit status. What prints them is `cli.py`."""

from collections.abc import Iterator, Sequence
from typing import Final

from appliance.checks.check import Check, Status

EXIT_CODES: Final = {Status.FAILED: 1, Status.WARNING: 2}
SIGNS: Final = {Status.PASSED: "✓", Status.WARNING: "!", Status.FAILED: "✗", Status.SKIPPED: "-"}


def table(results: Sequence[Check]) -> Iterator[str]:
    """Yield the checks, a line each; the hint stands under its check."""
    width = max((len(check.title) for check in results), default=0)
    for check in results:
        said = f"{check.measured} (needed: {check.needed})"
        yield f"{SIGNS[check.status]} {check.status:<8} {check.title:<{width}}  {said}"
        if check.hint:
            yield f"{'':<{width + 13}}→ {check.hint}"


def verdict(results: Sequence[Check]) -> str:
    """Return in a sentence what the checks come to."""
    failed, warnings = (sum(check.status is status for check in results) for status in (Status.FAILED, Status.WARNING))
    if failed:
        return f"Not good enough: {failed} {'check' if failed == 1 else 'checks'} failed."
    if warnings:
        return f"Good enough, with {warnings} {'warning' if warnings == 1 else 'warnings'}."
    return "Good enough."


def exit_code(results: Sequence[Check]) -> int:
    """Return what a command ends with: 0 all is good, 1 something failed, 2 there are warnings only."""
    statuses = {check.status for check in results}
    return next((code for status, code in EXIT_CODES.items() if status in statuses), 0)
