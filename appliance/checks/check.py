"""The result of one check."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from appliance.checks.words import NOTHING, Words


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
    title: Words
    measured: Words
    needed: Words
    status: Status
    hint: Words = NOTHING

    def to_json(self) -> dict[str, Any]:
        """Return the check as the box page and `/api/v1/box` read it: sentences, and `words` to say them otherwise."""
        texts = {"title": self.title, "measured": self.measured, "needed": self.needed, "hint": self.hint}
        words = {name: text.to_json() for name, text in texts.items() if text}
        return {"id": self.id, "status": self.status} | texts | {"words": words}


def graded(value: float, *, failed_below: float, warning_below: float) -> Status:
    """Return the status of something of which more is better."""
    if value < failed_below:
        return Status.FAILED
    return Status.WARNING if value < warning_below else Status.PASSED
