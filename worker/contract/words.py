"""A sentence as data, so that a page can say it in another language."""

import msgspec

Fact = str | int | float


class Words(msgspec.Struct, frozen=True):
    """A literal template and the facts that fill it in; `str()` is the English sentence."""

    template: str
    facts: dict[str, Fact] = {}

    def __str__(self) -> str:
        return self.template.format(**self.facts)
