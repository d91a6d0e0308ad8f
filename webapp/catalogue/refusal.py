"""Why a version was rejected and what to do, in the reader's language."""

from dataclasses import dataclass
from typing import Any

import msgspec

from webapp.registry.models import ModelVersion
from webapp.registry.refusal_words import TEMPLATES
from webapp.sentences import say
from worker.contract.words import Words


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A sentence; English as it was recorded where the site does not know its template."""

    words: str
    is_translated: bool


def reason_of(version: ModelVersion) -> Said:
    """Return why the version was rejected."""
    return _said(version.reason_words, version.reason)


def hint_of(version: ModelVersion) -> Said:
    """Return what its publisher can do, empty where nothing is known."""
    return _said(version.hint_words, version.hint)


def _said(kept: Any, english: str) -> Said:  # noqa: ANN401  # JSON, as a process left it that ran a stranger's model
    try:
        words = msgspec.convert(kept, Words | None)
    except msgspec.ValidationError:
        words = None
    said = None if words is None else say(TEMPLATES, words.template, words.facts)
    return Said(words=said or english, is_translated=said is not None)
