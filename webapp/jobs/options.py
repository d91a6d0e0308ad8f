"""What somebody may say about a job beside its file, as forms and programs write it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from webapp.jobs.errors import JobChoiceError
from worker.contract.batch import Choice, FileFormat

ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "windows-1252")
SEPARATORS: Final = {",": ",", ";": ";", "|": "|", "\t": "\t", "comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
DECIMALS: Final = {".": ".", ",": ",", "point": ".", "comma": ","}
FORMATS: Final = tuple(each.value for each in FileFormat)
YES: Final = frozenset({"1", "true", "yes", "on"})


def choice_of(said: Mapping[str, str]) -> Choice:
    """Return the choice that these fields make. Raise JobChoiceError for what cannot be chosen."""
    output = _one_of(said, "output", {each: each for each in FORMATS})
    return Choice(
        encoding=_one_of(said, "encoding", {each: each for each in ENCODINGS}),
        separator=_one_of(said, "separator", SEPARATORS),
        decimal=_one_of(said, "decimal", DECIMALS),
        sheet=said.get("sheet", ""),
        mapping=_mapping(said.get("mapping", "")),
        identifier=said.get("identifier", ""),
        output=FileFormat(output) if output else None,
    )


def chosen_language(said: Mapping[str, str]) -> str:
    """Return the language that is said, or "". Raise JobChoiceError for one that nobody speaks here."""
    return _one_of(said, "language", {code: code for code, _ in settings.LANGUAGES})


def is_yes(said: Mapping[str, str], name: str) -> bool:
    """Return whether a field says yes."""
    return said.get(name, "").strip().lower() in YES


def _one_of(said: Mapping[str, str], name: str, known: Mapping[str, str]) -> str:
    value = said.get(name, "")
    if value == "":
        return ""
    if value not in known:
        problem = f"'{value[:40]}' is none of {', '.join(repr(each) for each in known)}."
        raise JobChoiceError(name, problem)
    return known[value]


def _mapping(text: str) -> dict[str, str]:
    if not text.strip():
        return {}
    problem = 'must be a JSON object of features and columns, such as {"Income": "Revenu"}.'
    try:
        mapping: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JobChoiceError("mapping", problem) from error
    if not isinstance(mapping, dict) or not all(isinstance(value, str) for value in mapping.values()):
        raise JobChoiceError("mapping", problem)
    for name in (*mapping.keys(), *mapping.values()):
        if any("\ud800" <= each <= "\udfff" for each in name):  # JSON can name halves of characters
            raise JobChoiceError("mapping", problem)
    return mapping
