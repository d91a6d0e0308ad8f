"""A sentence as data, so that a page can say it in another language.

A process that ran a stranger's model may have written it. So a template names facts and how numbers are written, and
nothing else: `str.format` would follow attributes of a fact to whatever the program knows, and write a number a
gigabyte wide.
"""

import re
import string
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

FORM: Final = re.compile(r",?(\.\d)?[fg]?")
"""How a template may write a number."""


class _Plainly(string.Formatter):
    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return self.get_value(field_name, args, kwargs), field_name

    def format_field(self, value: object, format_spec: str) -> str:
        if not FORM.fullmatch(format_spec):
            msg = f"A template writes numbers as ',', '.1f' and their like, got {format_spec[:40]!r}."
            raise ValueError(msg)
        return format(value, format_spec)


def _filled(template: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence. Raise KeyError for a name that is none of the facts, ValueError for another form."""
    return _Plainly().vformat(template, (), facts)


class Names(msgspec.Struct, frozen=True, tag="names"):
    """Names that a sentence lists in quotes, and how many it leaves out."""

    names: tuple[str, ...]
    more: int = 0

    def __str__(self) -> str:
        listed = ", ".join(map(_quoted, self.names))
        return f"{listed} and {self.more:,} more" if self.more else listed


Plain = str | int | float | Names


class Piece(msgspec.Struct, frozen=True, tag="piece"):
    """A piece of a sentence that is itself a literal template: it is translated by itself."""

    template: str
    facts: dict[str, Plain] = {}

    def __str__(self) -> str:
        return _filled(self.template, self.facts)


Fact = Plain | Piece


class Words(msgspec.Struct, frozen=True):
    """A literal template and the facts that fill it in; `str()` is the English sentence."""

    template: str
    facts: dict[str, Fact] = {}

    def __str__(self) -> str:
        return _filled(self.template, self.facts)


NOTHING = Words("")


def _quoted(name: str) -> str:
    mark = '"' if "'" in name and '"' not in name else "'"
    return f"{mark}{name}{mark}"
