"""The columns of a window as they are compared with a profile: sorted numbers, or how often each category occurs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.contract.profile import ColumnProfile

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The known values of one column of a window: `ordered` finite numbers, or `categories` and their rows."""

    missing: int = 0
    ordered: Numbers | None = None
    categories: Mapping[str, int] | None = None

    @property
    def rows(self) -> int:
        """How many values are known."""
        return len(self.ordered) if self.ordered is not None else sum((self.categories or {}).values())

    @classmethod
    def of_numbers(cls, values: npt.NDArray[np.floating[Any]]) -> Self:
        """Return a column of numbers (n,); NaN is missing, and so is what is infinite."""
        known = values[np.isfinite(values)].astype(np.float64)
        known.sort()
        return cls(missing=len(values) - len(known), ordered=known)

    @classmethod
    def of_categories(cls, values: pl.Series) -> Self:
        """Return a column of categories; null is missing, and other types are named as the profile names them."""
        counted = values.alias("value").value_counts(name="rows")
        texts = counted["value"].cast(pl.String).to_list()
        rows = dict(zip(texts, counted["rows"].to_list(), strict=True))
        missing = rows.pop(None, 0)
        return cls(missing=missing, categories=rows)


def columns(values: pl.DataFrame, profiles: Iterable[ColumnProfile]) -> dict[str, Column]:
    """Return those columns of typed values that have a profile, each as its profile is: of texts, the lengths.

    A profile of a column without any value compares with nothing; it is left out.
    """
    found = {}
    for profile in profiles:
        if profile.name not in values.columns or not profile.count:
            continue
        series = values[profile.name]
        if profile.numbers is None:
            found[profile.name] = Column.of_categories(series)
            continue
        lengths = series.str.len_chars() if series.dtype == pl.String else series
        found[profile.name] = Column.of_numbers(lengths.cast(pl.Float64).to_numpy())
    return found
