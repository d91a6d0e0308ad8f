"""The result of one check."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check came out. `skipped` is what cannot be known on this machine."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One resource: what was measured, what is needed, and a hint that says what to do when it is not enough."""

    id: str
    title: str
    measured: str
    needed: str
    status: Status
    hint: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the check as the box page and `/api/v1/box` read it."""
        return asdict(self)


def graded(value: float, *, failed_below: float, warning_below: float) -> Status:
    """Return the status of something of which more is better."""
    if value < failed_below:
        return Status.FAILED
    return Status.WARNING if value < warning_below else Status.PASSED
