"""The names of a file's columns, each made usable and unlike the others."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

NAME_LENGTH_MAX: Final = 500
"""As long as the name of a feature may be."""

_BREAKS: Final = re.compile(r"\s*[\r\n]\s*")


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return names for the cells of a header: `column 3` for an empty one, `x (2)` for the second that is called x."""
    names: list[str] = []
    taken: set[str] = set()
    counts: Counter[str] = Counter()
    for position, cell in enumerate(cells, start=1):
        plain = _BREAKS.sub(" ", cell.strip()[:NAME_LENGTH_MAX]) or f"column {position}"
        name = plain
        while name in taken:
            counts[plain] += 1
            name = f"{plain} ({counts[plain] + 1})"
        taken.add(name)
        names.append(name)
    return tuple(names)
