"""What a model may be called: its name stands in addresses."""

import re
from typing import Final

NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NAME_LENGTH_MAX: Final = 50
RESERVED: Final = frozenset({"publish"})
"""Words that have a page of their own where a model's page would be."""

NAME_RULE: Final = (
    f"not made of at most {NAME_LENGTH_MAX} small letters, digits and hyphens, or is a word that the site needs"
)


def is_name(text: str) -> bool:
    """Return whether a model may be called so."""
    return len(text) <= NAME_LENGTH_MAX and NAME.fullmatch(text) is not None and text not in RESERVED
