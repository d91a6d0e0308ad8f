"""The refusal of a publication: a sentence that names the thing and the value, and what to do."""

from collections.abc import Mapping
from typing import Any

from worker.contract.inspection import InspectionOutcome, InspectionRequest
from worker.contract.words import NOTHING, Words


class Refused(Exception):  # it is the publication that is wrong, not the program
    """What was handed over cannot be served; `message` and `hint` are the words in English."""

    def __init__(self, words: Words, advice: Words = NOTHING, **facts: Any) -> None:  # facts are JSON values
        super().__init__(str(words))
        self.words = words
        self.advice = advice
        self.message = str(words)
        self.hint = str(advice)
        self.facts = facts


def rejection(
    request: InspectionRequest, words: Words, advice: Words = NOTHING, facts: Mapping[str, Any] | None = None
) -> InspectionOutcome:
    """Return the outcome of an inspection that ends in a refusal."""
    return InspectionOutcome(
        inspection_id=request.inspection_id,
        version_id=request.version_id,
        reason=str(words),
        hint=str(advice),
        reason_words=words,
        hint_words=None if advice == NOTHING else advice,
        facts=dict(facts or {}),
    )
