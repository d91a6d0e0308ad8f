"""The reference profile: what the reference data looked like, frozen at publication; drift is measured from it.

It lies beside the manifest as `profile.json` and holds no row of the data: of the sorted values of a column
none tells beside which other it stood.
"""

from typing import Final

import msgspec

PERCENTILES: Final = 101
CATEGORIES_MAX: Final = 50
SKETCH_MAX: Final = 2_000
SKETCHES_MAX: Final = 80_000
"""So many values has the sketch of a column, and have all columns together, in under two megabytes."""


class NumberProfile(msgspec.Struct, frozen=True, kw_only=True):
    """The distribution of numbers. `percentiles` are the 101 from the least to the largest value.

    `counts` are the values in each bin: bin i holds what is above `edges[i - 1]` and at most `edges[i]`; the first has
    no lower, the last no upper end, so there is one count more than edges. Edges are deciles, each once. `sketch` are
    up to 2,000 of the values in order, each standing for equally many, from which distributions are compared more
    finely than by bins; it is empty where the bins already tell each value apart, and in profiles of older versions.
    """

    mean: float
    sd: float
    percentiles: tuple[float, ...]
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    sketch: tuple[float, ...] = ()


class CategoryProfile(msgspec.Struct, frozen=True, kw_only=True):
    """How often each value occurs: the most frequent 50 at most, and the rest together; `once` occur a single time."""

    values: tuple[str, ...]
    counts: tuple[int, ...]
    other: int = 0
    distinct: int = 0
    once: int = 0


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
