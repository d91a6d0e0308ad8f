"""What an alert may be about, and what is kept of what was seen: pure data."""

from enum import StrEnum
from typing import Final

import msgspec

from worker.contract.monitoring import CheckKind, Subject
from worker.contract.words import Words


class Rule(StrEnum):
    """What is looked for. All but SILENT hold for every endpoint unless somebody switches them off."""

    CHANGED = "changed"
    DATA_FAULT = "data_fault"
    WORSE = "worse"
    BIASED = "biased"
    LOOK_FAILED = "look_failed"
    LOOK_MISSING = "look_missing"
    SILENT = "silent"


CHECKS: Final = frozenset(kind.value for kind in CheckKind)
"""Subjects of these kinds are faults of the data; all others are changes."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was seen: `subjects` since the moment `since_ms`, or a `figure` beside that of the reference.

    `days` and `hours` are how long nothing came; `reason` is why a look came to nothing, as the data plane said it.
    """

    subjects: tuple[Subject, ...] = ()
    since_ms: int = 0
    figure: str = ""
    unit: str = ""
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    reference: float = 0.0
    reference_low: float = 0.0
    reference_high: float = 0.0
    known: int = 0
    rows: int = 0
    days: int = 0
    hours: int = 0
    is_biased: bool = False
    reason: Words | None = None
