"""The reference profile: what the reference data looked like, frozen at publication; drift is measured from it.

It lies beside the manifest as `profile.json` and holds no row of the data.
"""

from typing import Final

import msgspec

PERCENTILES: Final = 101
CATEGORIES_MAX: Final = 50


class NumberProfile(msgspec.Struct, frozen=True, kw_only=True):
    """The distribution of numbers. `percentiles` are the 101 from the least to the largest value.

    `counts` are the values in each bin: bin i holds what is above `edges[i - 1]` and at most `edges[i]`; the first has
    no lower, the last no upper end, so there is one count more than edges. Edges are deciles, each once.
    """

    mean: float
    sd: float
    percentiles: tuple[float, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]


class CategoryProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How often each value occurs: the most frequent 50 at most, and the rest together."""

    values: tuple[str, ...]
    counts: tuple[int, ...]
    other: int = 0
    distinct: int = 0


class ColumnProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One column: `count` values and `missing` empty cells; numbers or categories, of text its length in characters."""

    name: str
    count: int
    missing: int = 0
    numbers: NumberProfile | None = None
    categories: CategoryProfile | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """The features in the order of the signature, what the model answered to these rows, and what was true of them.

    `probabilities` has a column for each label of a classifier that tells them (for the first 20).
    """

    rows: int
    features: tuple[ColumnProfile, ...]
    prediction: ColumnProfile
    probabilities: tuple[ColumnProfile, ...] = ()
    target: ColumnProfile | None = None
    schema: int = 1
