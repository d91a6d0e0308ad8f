"""What the data plane says of a job, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from webapp.jobs.words import TEMPLATES
from webapp.sentences import say
from worker.contract.words import Words

UNREADABLE: Final = "The box said why, but in a form that nobody reads."


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A sentence; English where the site does not know its template."""

    words: str
    is_translated: bool


def said(words: Words | None) -> Said | None:
    """Return a sentence; None for none."""
    if words is None or not words.template:
        return None
    translated = say(TEMPLATES, words.template, words.facts)
    if translated is not None:
        return Said(words=translated, is_translated=True)
    try:
        return Said(words=str(words), is_translated=False)
    except (KeyError, ValueError, IndexError):  # what a process wrote that ran a stranger's model
        return Said(words=UNREADABLE, is_translated=False)


def all_said(several: Iterable[Words]) -> tuple[Said, ...]:
    """Return several sentences."""
    return tuple(each for each in map(said, several) if each is not None)
