"""What is wrong with rows of a file, in the reader's language: each sentence once, with the lines that it is about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.predictions.row_phrases import row_phrases
from worker.contract.batch import phrase_key
from worker.contract.errors import RowProblem

LINES_SHOWN: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """What is wrong in some lines of the file; English where the site has no words for it."""

    words: str
    is_translated: bool
    lines: str


def problems_of(found: Iterable[RowProblem]) -> tuple[Problem, ...]:
    """Return what is wrong, in the order in which it was found."""
    phrases = row_phrases()
    lines: dict[tuple[str, bool], list[int]] = {}
    for problem in found:
        lines.setdefault(_sentence(problem, phrases), []).append(problem.row)
    return tuple(
        Problem(words=words, is_translated=is_translated, lines=_lines(numbers))
        for (words, is_translated), numbers in lines.items()
    )


def _sentence(problem: RowProblem, phrases: Mapping[str, str]) -> tuple[str, bool]:
    facts = {name: str(fact) for name, fact in {**problem.facts, "feature": problem.feature or ""}.items()}
    for key in (phrase_key(problem.code, facts.get("kind", "")), problem.code):
        try:
            return phrases[key].format_map(facts), True
        except KeyError:  # a phrase that is not known, or whose facts were not told
            continue
    return problem.message, False


def _lines(numbers: Sequence[int]) -> str:
    # As a spreadsheet writes them beside its rows, without groups.
    shown = ", ".join(map(str, numbers[:LINES_SHOWN]))
    words = ngettext("line %(lines)s", "lines %(lines)s", len(numbers)) % {"lines": shown}
    more = len(numbers) - LINES_SHOWN
    return _("%(lines)s and %(count)d more") % {"lines": words, "count": more} if more > 0 else words
