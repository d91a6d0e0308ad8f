"""Sentences of the endpoints: in English for programs and the audit trail, in the reader's language on pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext, gettext_noop

from webapp.sentences import localised

GIB: Final = 2**30
MIB: Final = 2**20
IN_GIB: Final = gettext_noop("%(number)s GiB")
IN_MIB: Final = gettext_noop("%(number)s MiB")
QUOTED: Final = gettext_noop("“%(name)s”")
AND_MORE: Final = gettext_noop("%(shown)s and %(count)d more")
BETWEEN: Final = gettext_noop("; ")
"""Between phrases: French puts a space before it, too."""

NAMES_SHOWN_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Size:
    """A number of bytes, told in the unit that people read best."""

    size_bytes: int

    def __str__(self) -> str:
        template, number = self._parts()
        return template % {"number": number}

    def said(self) -> str:
        """Return the size in the active language."""
        template, number = self._parts()
        return gettext(template) % {"number": localised(number)}

    def _parts(self) -> tuple[str, str]:
        if self.size_bytes >= GIB:
            return IN_GIB, f"{self.size_bytes / GIB:,.1f}"
        return IN_MIB, f"{self.size_bytes / MIB:,.0f}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written in English."""

    written: str

    def __str__(self) -> str:
        return self.written

    def said(self) -> str:
        """Return it as the active language writes numbers."""
        return localised(self.written)


@dataclass(frozen=True, slots=True)
class Quoted:
    """Names in quotes, as many of them as anybody reads."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return self._listed(str)

    def said(self) -> str:
        """Return the names as the active language quotes them."""
        return self._listed(gettext)

    def _listed(self, translate: Callable[[str], str]) -> str:
        shown = ", ".join(translate(QUOTED) % {"name": name} for name in self.names[:NAMES_SHOWN_MAX])
        more = len(self.names) - NAMES_SHOWN_MAX
        return translate(AND_MORE) % {"shown": shown, "count": more} if more > 0 else shown


@dataclass(frozen=True, slots=True)
class Phrase:
    """A template for `%` with the facts that fill it in; facts may be phrases, sizes, and tuples of them."""

    template: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % {name: _joined(fact, str, BETWEEN) for name, fact in self.facts.items()}

    def said(self) -> str:
        """Return the phrase in the active language."""
        return gettext(self.template) % {
            name: _joined(fact, _said, gettext(BETWEEN)) for name, fact in self.facts.items()
        }


def _said(fact: object) -> str:
    return fact.said() if isinstance(fact, Phrase | Quoted | Size | Number) else str(fact)


def _joined(fact: object, say: Callable[[object], str], between: str) -> object:
    if isinstance(fact, tuple):
        return between.join(say(each) for each in fact)
    return fact if isinstance(fact, int) else say(fact)
