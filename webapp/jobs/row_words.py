"""What is wrong with rows of a file, in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from webapp.predictions.row_phrases import row_phrases
from worker.contract.batch import phrase_key
from worker.contract.errors import RowProblem


@dataclass(frozen=True, kw_only=True, slots=True)
class ProblemLine:
    """What is wrong in one line of the file; English where the site has no words for it."""

    line: int
    words: str
    is_translated: bool


def problem_lines(problems: Iterable[RowProblem]) -> tuple[ProblemLine, ...]:
    """Return what is wrong, in the order in which it was found."""
    phrases = row_phrases()
    return tuple(_line(problem, phrases) for problem in problems)


def _line(problem: RowProblem, phrases: Mapping[str, str]) -> ProblemLine:
    facts = {name: str(fact) for name, fact in {**problem.facts, "feature": problem.feature or ""}.items()}
    for key in (phrase_key(problem.code, facts.get("kind", "")), problem.code):
        try:
            return ProblemLine(line=problem.row, words=phrases[key].format_map(facts), is_translated=True)
        except KeyError:  # a phrase that is not known, or whose facts were not told
            continue
    return ProblemLine(line=problem.row, words=problem.message, is_translated=False)
