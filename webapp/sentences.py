"""Sentences that another plane wrote, said in the language of whoever reads them.

They come as the English text beside its template and facts. Only a template that the site itself lists is filled in: a
template of a stranger's could read what is none of its business.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import Final

from django.utils.formats import get_format
from django.utils.translation import get_language, gettext

from worker.contract.words import Fact, Names, Piece

EXPONENT: Final = re.compile(r"e([+-])0*(\d+)$")
TIMES: Final = "\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}"
SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Figure:
    """A fact that a template formats in the reader's language."""

    def __init__(self, fact: str | float) -> None:
        self._fact = fact

    def __format__(self, form: str) -> str:
        """Return the fact as the template wants it, with the marks of the language."""
        words = format(self._fact, form)
        return words if isinstance(self._fact, str) else localised(words)


def say(known: Collection[str], template: str, facts: Mapping[str, Fact]) -> str | None:
    """Return the sentence in the active language; None when the template is not known or the facts do not fill it."""
    if template not in known:
        return None
    try:
        return gettext(template).format(**{name: _said(known, fact) for name, fact in facts.items()})
    except (KeyError, ValueError, OverflowError):  # facts that a stranger's model forged
        return None


def listed(names: Names) -> str:
    """Return names in quotes, as the active language lists them."""
    quoted = ", ".join(gettext("'%(name)s'") % {"name": name} for name in names.names)
    if not names.more:
        return quoted
    return gettext("%(names)s and %(count)s more") % {"names": quoted, "count": localised(f"{names.more:,}")}


def localised(number: str) -> str:
    """Return a number that `format` wrote with the language's own point and groups, a power of ten as people write."""
    words = EXPONENT.sub(_power, number) if "e" in number else number
    return words.translate(_marks(get_language()))


@cache
def _marks(language: str | None) -> dict[int, str]:
    """Return what stands for a point and for the comma between groups. A page may have thousands of numbers."""
    point, group = (get_format(name, language) for name in ("DECIMAL_SEPARATOR", "THOUSAND_SEPARATOR"))
    return str.maketrans({".": point, ",": group})


def _said(known: Collection[str], fact: Fact) -> "str | Figure":
    """Return a fact as the template wants it. Raise ValueError for a piece of a sentence that cannot be said."""
    if isinstance(fact, Names):
        return listed(fact)
    if isinstance(fact, Piece):
        said = say(known, fact.template, fact.facts)
        if said is None:
            msg = "A piece of the sentence is not known."
            raise ValueError(msg)
        return said
    return Figure(fact)


def _power(exponent: re.Match[str]) -> str:
    sign, digits = exponent.groups()
    return f"{TIMES}10" + f"{sign.strip('+')}{digits}".translate(SUPERSCRIPTS)
