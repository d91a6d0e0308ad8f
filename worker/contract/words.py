"""A sentence as data, so that a page can say it in another language."""

import msgspec


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
        return self.template.format(**self.facts)


Fact = Plain | Piece


class Words(msgspec.Struct, frozen=True):
    """A literal template and the facts that fill it in; `str()` is the English sentence."""

    template: str
    facts: dict[str, Fact] = {}

    def __str__(self) -> str:
        return self.template.format(**self.facts)


NOTHING = Words("")


def _quoted(name: str) -> str:
    mark = '"' if "'" in name and '"' not in name else "'"
    return f"{mark}{name}{mark}"
