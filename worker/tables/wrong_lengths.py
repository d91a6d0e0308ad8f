"""Rows of a file that have more or fewer cells than it has columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class WrongLengths:
    """How many cells each such row has, by its index in the block, and how many columns there are.

    A line of JSON that cannot be read has none.
    """

    expected: int = 0
    found: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))


NO_WRONG_LENGTHS: Final = WrongLengths()
