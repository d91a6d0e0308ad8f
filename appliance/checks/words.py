"""English words that remember how they were made, so that a page can say them in another language."""

from collections.abc import Mapping
from typing import Any, Self

Fact = str | int | float


class Words(str):
    """The sentence itself, beside its template and the facts that fill it in.

    A template is a literal, never put together: the site has a translation of each.
    """

    __slots__ = ("facts", "template")

    template: str
    facts: Mapping[str, Fact]

    def __new__(cls, template: str, **facts: Fact) -> Self:
        """Return the template with its facts filled in."""
        words = super().__new__(cls, template.format(**facts))
        words.template, words.facts = template, facts
        return words

    def to_json(self) -> dict[str, Any]:
        """Return what is needed to say the same otherwise."""
        return {"template": self.template, "facts": dict(self.facts)}


NOTHING = Words("")
