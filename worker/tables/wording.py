"""How values and names are shown in a sentence: short, printable, never in the way of the encoder."""

import difflib
from collections.abc import Iterable
from typing import Any, Final

LENGTH_MAX: Final = 60
"""Longer values are cut in sentences; longer names are not compared with what is known."""


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


def nearest(text: str, known: Iterable[str]) -> str | None:
    """Return the known word that is most like the text, if one is."""
    if len(text) > LENGTH_MAX:
        return None
    found = difflib.get_close_matches(text, list(known)[:1000], n=1, cutoff=0.6)
    if found:
        return found[0]
    return next((word for word in known if word.casefold() == text.strip().casefold()), None)
