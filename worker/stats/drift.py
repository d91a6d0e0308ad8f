"""Drift of each column of a window from its profile: how large, whether more than chance, and its likely cause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import msgspec
import numpy as np
import numpy.typing as npt

from worker.contract.monitoring import QUANTILES, FeatureDrift
from worker.contract.profile import CategoryProfile, ColumnProfile, NumberProfile
from worker.stats import causes, psi, two_samples
from worker.stats.columns import Column
from worker.stats.distribution import Distribution, is_of_few_values
from worker.stats.many_tests import benjamini_hochberg

PSI_MIN: Final = 0.1
"""A smaller index is no relevant change, however sure it is."""

FLOOR_LEVEL: Final = 0.99
SHOWN_Q_MAX: Final = 0.05
"""With no drift in any column, one window in twenty shows a significant one; it is no alarm."""

ALARM_Q_MAX: Final = 0.002
"""With no drift in any column, two windows in a thousand have one that may alarm when it is repeated."""

Counts = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A profile of a column made ready: many windows are compared with it."""

    profile: ColumnProfile
    counts: Counts
    edges: Numbers
    distribution: Distribution | None = None
    has_few_values: bool = False

    @classmethod
    def of(cls, profile: ColumnProfile) -> Self:
        """Return what to compare with; a profile without any value compares with nothing."""
        if profile.numbers is not None:
            return cls(
                profile=profile,
                counts=np.array(profile.numbers.counts, dtype=np.int64),
                edges=np.array(profile.numbers.edges),
                distribution=Distribution.of_profile(profile.numbers),
                has_few_values=is_of_few_values(profile.numbers),
            )
        categories = profile.categories or CategoryProfile(values=(), counts=())
        counts = np.array([*categories.counts, categories.other], dtype=np.int64)
        return cls(profile=profile, counts=counts, edges=np.zeros(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """One column before its p-value is known: `statistic` is of the test, `p` NaN where it is left to be computed."""

    drift: FeatureDrift
    p: float


def drift(references: Iterable[Reference], columns: Mapping[str, Column]) -> tuple[FeatureDrift, ...]:
    """Return the drift of each column that has a reference and values on both sides, in the order of the references.

    Significant: q at most 0.05 by the test of distribution functions or, for few values and categories, of counts.
    Relevant: a PSI above 0.1 and above what chance reaches in one of 100 cases. Changed: relevant, and q at most
    0.002; an alarm needs this repeatedly. The columns of one call are one family of tests: hand over all features, and
    predictions in a call of their own.
    """
    pairs = [(each, columns[each.profile.name]) for each in references if each.profile.name in columns]
    pairs = [(reference, column) for reference, column in pairs if reference.profile.count and column.rows]
    compared = [_compared(reference, column) for reference, column in pairs]
    if not compared:
        return ()
    p = np.array([each.p for each in compared])
    left = np.isnan(p)
    if left.any():
        found = [each.drift for each, is_left in zip(compared, left, strict=True) if is_left]
        sizes = np.array([(each.statistic, each.rows, each.reference_rows) for each in found]).T
        p[left] = two_samples.kolmogorov_p(*sizes)
    q = benjamini_hochberg(p)
    judged = zip(compared, p.tolist(), q.tolist(), strict=True)
    made = [_judged(each.drift, p_value, q_value) for each, p_value, q_value in judged]
    return tuple(_with_causes(each, *pair) if each.is_changed else each for each, pair in zip(made, pairs, strict=True))


def ranked(drifts: Iterable[FeatureDrift], importance: Mapping[str, float]) -> list[tuple[FeatureDrift, float]]:
    """Return the drifts with their weights, the largest first: PSI times the feature's share of all importance.

    What is not known to matter has the weight of the least important feature that is known, and without any importance
    each counts alike. A negative importance, which is a small one mismeasured, counts as zero.
    """
    positive = {name: max(0.0, value) for name, value in importance.items()}
    total, least = sum(positive.values()), min(positive.values(), default=0.0)
    weighted = [(each, each.psi * (positive.get(each.name, least) / total if total else 1.0)) for each in drifts]
    return sorted(weighted, key=lambda pair: (-pair[1], -pair[0].psi, pair[0].name))


def _compared(reference: Reference, column: Column) -> _Compared:
    name = reference.profile.name
    if reference.profile.numbers is not None:
        assert column.ordered is not None, f"{name} has a profile of numbers and a column of categories"
        return _compared_numbers(reference, reference.profile.numbers, column.ordered)
    assert reference.profile.categories is not None, "A profile with values has numbers or categories"
    assert column.categories is not None, f"{name} has a profile of categories and a column of numbers"
    return _compared_categories(reference, reference.profile.categories, column.categories)


def category_counts(profile: CategoryProfile, current: Mapping[str, int]) -> Counts:
    """Return the rows of each category of a profile, and of all others together as the last."""
    known = [current.get(value, 0) for value in profile.values]
    return np.array([*known, sum(current.values()) - sum(known)], dtype=np.int64)


def number_counts(edges: Numbers, ordered: Numbers) -> Counts:
    """Return how many of sorted values fall into each bin: above one edge and at most the next."""
    reached = np.searchsorted(ordered, edges, side="right")
    return np.diff(reached, prepend=0, append=len(ordered)).astype(np.int64)


def _compared_numbers(reference: Reference, profile: NumberProfile, ordered: Numbers) -> _Compared:
    counts = number_counts(reference.edges, ordered)
    made = _of_counts(reference, reference.counts, counts, psi.joined(reference.counts, counts))
    distribution = reference.distribution
    assert distribution is not None, "A profile of numbers has a distribution"
    upto = two_samples.places(distribution, ordered)
    middle = (len(ordered) - 1) // 2, len(ordered) // 2
    facts = {
        "mean": float(ordered.mean()),
        "sd": float(ordered.std()),
        "quantiles": tuple(ordered[np.ceil(np.array(QUANTILES) * len(ordered)).astype(int) - 1].tolist()),
        "median": float(ordered[middle[0]] / 2 + ordered[middle[1]] / 2),
        "reference_median": profile.percentiles[len(profile.percentiles) // 2],
        "wasserstein": two_samples.wasserstein(distribution, ordered, upto) / profile.sd if profile.sd else None,
    }
    if reference.has_few_values:
        return _Compared(drift=msgspec.structs.replace(made.drift, **facts), p=made.p)
    # A sketch is a little off: what it may be off by is not counted as drift.
    distance = max(0.0, two_samples.kolmogorov_smirnov(distribution, ordered, upto) - distribution.resolution)
    changed = msgspec.structs.replace(made.drift, **facts, test="ks", statistic=distance)
    return _Compared(drift=changed, p=np.nan)


def _compared_categories(reference: Reference, profile: CategoryProfile, current: Mapping[str, int]) -> _Compared:
    before, now = reference.counts, category_counts(profile, current)
    if profile.other:
        return _of_counts(reference, before, now, psi.pooled(before, now, cut=min(profile.counts)))
    # All that the reference had is known: what it did not have it had no time.
    new = [count for value, count in sorted(current.items()) if value not in set(profile.values)]
    before = np.concatenate([before[:-1], np.zeros(len(new) + 1, dtype=np.int64)])
    now = np.array([*now[:-1].tolist(), *new, 0], dtype=np.int64)
    made = _of_counts(reference, before, now, psi.pooled(before, now, cut=0))
    counts = category_counts(profile, current)
    drift = msgspec.structs.replace(made.drift, counts=tuple(counts.tolist()), top=min(made.drift.top, len(counts) - 1))
    return _Compared(drift=drift, p=made.p)


def _of_counts(reference: Reference, before: Counts, now: Counts, groups: list[Counts]) -> _Compared:
    grouped, grouped_now = psi.over(groups, before), psi.over(groups, now)
    tested = two_samples.chi_square(grouped, grouped_now)
    parts = psi.parts(grouped, grouped_now)
    widest = groups[int(parts.argmax())]
    rows, reference_rows = int(now.sum()), int(before.sum())
    top = widest[np.abs(before[widest] / reference_rows - now[widest] / rows).argmax()]
    made = FeatureDrift(
        name=reference.profile.name,
        rows=rows,
        reference_rows=reference_rows,
        bins=len(groups),
        psi=float(parts.sum()),
        floor=psi.noise_floor(rows, reference_rows, len(groups), FLOOR_LEVEL),
        test="chi_square",
        statistic=tested.statistic,
        p=tested.p,
        q=tested.p,
        jensen_shannon=two_samples.jensen_shannon(before, now),
        counts=tuple(now.tolist()),
        top=int(top),
    )
    return _Compared(drift=made, p=tested.p)


def _judged(each: FeatureDrift, p: float, q: float) -> FeatureDrift:
    relevant = each.psi > max(PSI_MIN, each.floor)
    return msgspec.structs.replace(
        each,
        p=p,
        q=q,
        is_significant=q <= SHOWN_Q_MAX,
        is_relevant=relevant,
        is_changed=relevant and q <= ALARM_Q_MAX,
    )


def _with_causes(each: FeatureDrift, reference: Reference, column: Column) -> FeatureDrift:
    if reference.distribution is not None and column.ordered is not None:
        return msgspec.structs.replace(each, causes=causes.of_numbers(reference.distribution, column.ordered))
    assert reference.profile.categories is not None, "What is compared has numbers or categories"
    assert column.categories is not None, "What is compared has numbers or categories"
    return msgspec.structs.replace(each, causes=causes.of_categories(reference.profile.categories, column.categories))
