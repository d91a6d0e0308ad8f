"""Made-up endpoints for the drift bench: twenty columns of many kinds and the answers, in references and windows."""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import binom, poisson

from tests.bench.answering import KINDS, answers
from worker.contract.monitoring import DomainDrift, Found
from worker.contract.profile import CATEGORIES_MAX, CategoryProfile, ColumnProfile
from worker.stats import domain
from worker.stats.columns import Column
from worker.stats.data_quality import checks
from worker.stats.drift import Reference, drift
from worker.stats.profile import of_numbers
from worker.stats.verdict import found

NORMAL: Final = 6
NUMBERS: Final = ("normal",) * NORMAL + ("skewed",) * 4 + ("counts",) * 3 + ("few",) * 2 + ("zeros",) * 1
CATEGORIES: Final = (
    np.full(4, 0.25),
    np.array([0.7, 0.2, 0.07, 0.03]),
    np.array([0.99, 0.01]),
    (1 / np.arange(1, 201)) / (1 / np.arange(1, 201)).sum(),
)
SHARES: Final = {"counts": poisson.pmf(np.arange(40), 6) / poisson.cdf(39, 6), "few": binom.pmf(np.arange(5), 4, 0.3)}
MISSING: Final = {0: 0.05, 7: 0.3}

Numbers = npt.NDArray[np.float64]
Shares = npt.NDArray[np.float64]


def numbers(kind: str, rows: int, rng: np.random.Generator) -> Numbers:
    """Return so many values of one kind of column."""
    if kind == "normal":
        return rng.standard_normal(rows)
    if kind == "skewed":
        return np.exp(1.5 * rng.standard_normal(rows))
    if kind in SHARES:
        return np.repeat(np.arange(float(len(SHARES[kind]))), rng.multinomial(rows, SHARES[kind]))
    return np.maximum(0.0, rng.standard_normal(rows) - 0.5)


def name(place: int) -> str:
    """Return the name of the column at this place."""
    return f"column {place + 1}"


@dataclass(kw_only=True)
class Endpoint:
    """An endpoint without drift, with a reference of its own; `shift` moves the first column by standard deviations.

    Only where it is `told_apart` are all columns judged together too: that takes most of the time.
    """

    rng: np.random.Generator
    reference_rows: int
    told_apart: bool = False
    reference: pl.DataFrame | None = None
    profiles: list[ColumnProfile] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    predictions: list[Reference] = field(default_factory=list)
    kind: str = ""

    def __post_init__(self) -> None:
        columns = self.columns(self.reference_rows)
        self.kind = self.kind or KINDS[self.rng.integers(len(KINDS))]
        self.profiles = [profile(name, column) for name, column in columns.items()]
        self.reference = self._frame(columns) if self.told_apart else None
        self.references = [Reference.of(each) for each in self.profiles]
        said = answers(self.kind, self.reference_rows, self.rng)
        self.predictions = [Reference.of(profile(name, column)) for name, column in said.items()]

    def columns(self, rows: int, shift: float = 0.0) -> dict[str, Column]:
        """Return the columns of so many rows."""
        made = {}
        for place, kind in enumerate(NUMBERS):
            known = rows - (self.rng.binomial(rows, MISSING[place]) if place in MISSING else 0)
            values = numbers(kind, known, self.rng) + (shift if place == 1 else 0.0)
            values.sort()
            made[name(place)] = Column(missing=rows - known, ordered=values)
        for place, shares in enumerate(CATEGORIES, start=len(NUMBERS)):
            counts = self.rng.multinomial(rows, shares)
            made[name(place)] = Column(categories={str(each): int(counts[each]) for each in np.flatnonzero(counts)})
        return made

    def window(self, rows: int, shift: float = 0.0) -> Found:
        """Return what a window of so many rows shows, judged as the product judges."""
        columns = self.columns(rows, shift)
        said = answers(self.kind, rows, self.rng, moved=shift / math.sqrt(len(columns)))
        return found(
            rows,
            drift(self.references, columns),
            checks(self.profiles, columns),
            predictions=drift(self.predictions, said),
            domain=self._domain(columns),
        )

    def _domain(self, columns: dict[str, Column]) -> DomainDrift | None:
        """Return what changed of all columns together; None where it is asked for nowhere, or nothing did.

        What is got by chance, 24 times the work, is not asked where the area says already that nothing changed.
        """
        if self.reference is None:
            return None
        frame = self._frame(columns)
        if min(frame.height, self.reference.height) < domain.ROWS_MIN:
            return None
        if domain.area_alone(self.reference, frame) < domain.AREA_MIN:
            return None
        return domain.domain_drift(self.reference, frame)

    def _frame(self, columns: dict[str, Column]) -> pl.DataFrame:
        """Return rows that have these values, in any order: no column tells anything of another."""
        return pl.DataFrame({name: self.rng.permutation(_values(column)) for name, column in columns.items()})


def _values(column: Column) -> Numbers | npt.NDArray[np.str_]:
    """Return the values of a column, NaN for those that are missing."""
    if column.ordered is not None:
        return np.concatenate([column.ordered, np.full(column.missing, np.nan)])
    counted = column.categories or {}
    return np.repeat(list(counted), list(counted.values()))


def profile(name: str, column: Column) -> ColumnProfile:
    """Return the profile of a column, as the inspection makes it of values."""
    if column.ordered is not None:
        return ColumnProfile(name=name, count=column.rows, missing=column.missing, numbers=of_numbers(column.ordered))
    ranked = sorted((column.categories or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    kept = ranked[:CATEGORIES_MAX]
    categories = CategoryProfile(
        values=tuple(value for value, _ in kept),
        counts=tuple(count for _, count in kept),
        other=sum(count for _, count in ranked[CATEGORIES_MAX:]),
        distinct=len(ranked),
        once=sum(count == 1 for _, count in ranked),
    )
    return ColumnProfile(name=name, count=column.rows, missing=column.missing, categories=categories)
