"""How values and names are shown in a sentence: short, printable, never in the way of the encoder."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from worker.contract.words import Names, Plain

LENGTH_MAX: Final = 60
"""Longer values are cut in sentences; longer names are not compared with what is known."""


NAMES_MAX: Final = 5
"""So many names are listed, and the number of the others told."""

COUNT_MAX: Final = 2**63 - 1


def printable(text: str) -> str:
    """Return the text, cut, with what is not a character (a lone surrogate) written as an escape."""
    return text[:LENGTH_MAX].encode("utf-8", "backslashreplace").decode()


def shown(value: Any) -> str:  # noqa: ANN401  # any value may be wrong
    """Return a value as a sentence shows it: text quoted, null and true as in JSON, the rest as written."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if type(value) is str:
        return repr(value[:LENGTH_MAX]) + ("…" if len(value) > LENGTH_MAX else "")
    written = str(value)
    return written[:LENGTH_MAX] + ("…" if len(written) > LENGTH_MAX else "")


def quoted(value: Any) -> Plain:  # noqa: ANN401  # any value may be wrong
    """Return a value for a sentence that can be said in other languages, which quote text each in their way."""
    return named(value) if type(value) is str else shown(value)


def named(name: str) -> Names:
    """Return one name as a sentence quotes it."""
    return listed((name,))


def listed(names: Sequence[str], most: int = NAMES_MAX) -> Names:
    """Return names as a sentence lists them."""
    return Names(tuple(_cut(name) for name in names[:most]), max(0, len(names) - most))


def carried(count: int) -> int:
    """Return a count as a message can carry it: what a forged file claims may be more than eight bytes hold."""
    return max(-COUNT_MAX, min(count, COUNT_MAX))


def _cut(text: str) -> str:
    return repr(text[:LENGTH_MAX])[1:-1] + ("…" if len(text) > LENGTH_MAX else "")


def nearest(text: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like the text, if one is."""
    if len(text) > LENGTH_MAX:
        return None
    found = difflib.get_close_matches(text, list(known)[:1000], n=1, cutoff=0.6)
    if found:
        return found[0]
    return next((word for word in known if word.casefold() == text.strip().casefold()), None)
