"""What is wrong with a row, as it stands beside it in a column of the result, in the person's language."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import Formatter
from typing import Any, Final

from worker.contract.batch import phrase_key
from worker.contract.errors import RowProblem
from worker.contract.row_phrases import PHRASES
from worker.tables.wording import LENGTH_MAX

SEPARATOR: Final = "; "

Pieces = tuple[tuple[str, str | None], ...]


def sentence(problem: RowProblem, phrases: Mapping[str, str]) -> str:
    """Return what is wrong, by the phrases where they have it, else in English."""
    facts = {"feature": problem.feature or "", **problem.facts}
    specific = phrase_key(problem.code, str(facts.get("kind", "")))
    for known in (phrases, PHRASES):
        for key in (specific, problem.code):
            said = _filled(known.get(key, ""), facts)
            if said:
                return said
    return _on_one_line(problem.message)


def sentences(problems: Sequence[RowProblem], phrases: Mapping[str, str]) -> str:
    """Return what is wrong with a row."""
    return SEPARATOR.join(sentence(problem, phrases) for problem in problems)


def phrase(key: str, phrases: Mapping[str, str], **facts: str | int) -> str:
    """Return what is no problem of a value: that the model failed, that a chunk was given up, which line it is."""
    return _filled(phrases.get(key, ""), facts) or _filled(PHRASES[key], facts)


def _filled(template: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence, "" if the template cannot be filled in."""
    pieces = _pieces(template)
    if pieces is None or any(name is not None and name not in facts for _, name in pieces):
        return ""
    return "".join(literal if name is None else literal + _shown(facts[name]) for literal, name in pieces)


@lru_cache(maxsize=256)
def _pieces(template: str) -> Pieces | None:
    """Return literals, each with the name that follows it, None for a template that does more than name facts."""
    try:
        parsed = tuple(Formatter().parse(template))
    except ValueError:
        return None
    if any(form or conversion for _, _, form, conversion in parsed):
        return None
    return tuple((literal, name) for literal, name, _, _ in parsed)


def _shown(fact: Any) -> str:  # noqa: ANN401  # facts of a message
    text = str(fact)
    return _on_one_line(text if len(text) <= LENGTH_MAX else text[:LENGTH_MAX] + "…")


def _on_one_line(text: str) -> str:
    """Return the text without what does not print."""
    return text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text).strip()
