"""Whether data are sound, whatever their distribution: counts with intervals, compared with what the reference had."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl
from msgspec.structs import replace
from scipy.special import gammaincinv, gammaln
from scipy.stats import binom, hypergeom

from worker.contract.errors import ProblemCode
from worker.contract.monitoring import Check, CheckKind
from worker.contract.monitoring_run import Reason
from worker.contract.profile import CategoryProfile, ColumnProfile, NumberProfile
from worker.stats.columns import Column
from worker.stats.intervals import wilson
from worker.stats.many_tests import benjamini_hochberg

SHOWN_Q_MAX: Final = 0.05
ALARM_Q_MAX: Final = 0.002
"""As of drift: with sound data two windows in a thousand have a count that may alarm when it is repeated."""

RELEVANT_MIN: Final = {
    CheckKind.MISSING: 0.02,
    CheckKind.OUT_OF_RANGE: 0.01,
    CheckKind.NEW_CATEGORY: 0.01,
    CheckKind.TYPE_FAILURE: 0.01,
    CheckKind.REFUSED: 0.01,
    CheckKind.CONSTANT: 0.0,
    CheckKind.DUPLICATE: 0.05,
}
"""By how much a share must be off before it matters."""

OF_ANOTHER_TYPE: Final = frozenset({ProblemCode.WRONG_TYPE, ProblemCode.NOT_FINITE, ProblemCode.DOES_NOT_FIT})
"""Codes of values that are none of their column's type."""

UNSEEN_LEVEL: Final = 0.999
CONSTANT_ROWS_MIN: Final = 30


def checks(
    profiles: Iterable[ColumnProfile],
    columns: Mapping[str, Column],
    *,
    known: Mapping[str, Collection[str]] | None = None,
    others: Sequence[Check] = (),
) -> tuple[Check, ...]:
    """Return what is counted of each column of a window, judged together with `others`.

    `known` are all categories of a column that the signature names; without them those beyond the 50 of the profile
    cannot be told from new ones.
    """
    found: list[Check] = []
    for profile in profiles:
        column = columns.get(profile.name)
        if column is None:
            continue
        found.append(missing(profile, column))
        if column.ordered is not None and profile.numbers is not None and column.rows:
            found.append(out_of_range(profile.name, profile.numbers, column.ordered))
        if column.categories is not None and profile.categories is not None and column.rows:
            found += new_categories(profile, column.categories, (known or {}).get(profile.name))
        found += constant(profile, column)
    return judged([*found, *others])


def judged(found: Sequence[Check]) -> tuple[Check, ...]:
    """Return checks with their p-values adjusted for one another, those without an expectation as they are."""
    p = [np.nan if each.expected is None else each.p for each in found]
    return tuple(
        each if each.expected is None else _judged(each, each.expected, q)
        for each, q in zip(found, benjamini_hochberg(p).tolist(), strict=True)
    )


def _judged(each: Check, expected: float, q: float) -> Check:
    relevant = abs(each.share - expected) >= RELEVANT_MIN[each.kind]
    changed = relevant and q <= ALARM_Q_MAX
    return replace(each, q=q, is_significant=q <= SHOWN_Q_MAX, is_relevant=relevant, is_changed=changed)


def missing(profile: ColumnProfile, column: Column) -> Check:
    """Return how many values are missing; p by Fisher's exact test against the reference, both ways."""
    rows, reference_rows = column.rows + column.missing, profile.count + profile.missing
    p = _exact(column.missing, rows, profile.missing, reference_rows)
    expected = profile.missing / reference_rows if reference_rows else None
    return replace(_counted(CheckKind.MISSING, profile.name, column.missing, rows), expected=expected, p=p)


def out_of_range(name: str, profile: NumberProfile, ordered: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Check:
    """Return how many values are outside the range of the reference.

    Some are without any change: that k of n further values exceed the largest of m has the probability
    n!/(n - k)! · (n + m - k)!/(n + m)!, whatever the distribution (S. S. Wilks, Annals of Mathematical Statistics 12,
    1941, p. 91). p is at most the sum of this at both ends.
    """
    low, high = profile.percentiles[0], profile.percentiles[-1]
    rows, reference_rows = len(ordered), sum(profile.counts)
    below, above = int(np.searchsorted(ordered, low, "left")), rows - int(np.searchsorted(ordered, high, "right"))
    p = min(1.0, 2 * min(_exceeding(k, rows, reference_rows) for k in (below, above)))
    counted = _counted(CheckKind.OUT_OF_RANGE, name, below + above, rows)
    return replace(counted, expected=2 / (reference_rows + 1), p=p)


def new_categories(
    profile: ColumnProfile, current: Mapping[str, int], known: Collection[str] | None = None
) -> list[Check]:
    """Return how many values the reference did not have; nothing where it is not known which it had.

    The probability of a value unseen in m rows is about that of those seen once: f/m (I. J. Good, Biometrika 40, 1953,
    p. 237). p is that of the count under the largest probability that is compatible with f (at 99.9 %).
    """
    categories = profile.categories
    assert categories is not None, f"{profile.name} has no categories"
    if known is None and categories.distinct > len(categories.values):
        return []
    seen = set(categories.values).union(known or ())
    new = {value: count for value, count in current.items() if value not in seen}
    count, rows = sum(new.values()), sum(current.values())
    unseen = min(1.0, float(gammaincinv(_once(categories) + 1, UNSEEN_LEVEL)) / profile.count)
    p = float(binom.sf(count - 1, rows, unseen)) if count else 1.0
    most = max(new, key=lambda value: (new[value], value), default="")
    counted = _counted(CheckKind.NEW_CATEGORY, profile.name, count, rows)
    return [replace(counted, expected=0.0, p=p, value=most)]


def constant(profile: ColumnProfile, column: Column) -> list[Check]:
    """Return a column that has one value only, where the reference had others; p is that of such a window by chance."""
    rows = column.rows
    if rows < CONSTANT_ROWS_MIN or not profile.count:
        return []
    if column.ordered is not None and profile.numbers is not None:
        if column.ordered[0] != column.ordered[-1] or profile.numbers.percentiles[0] == profile.numbers.percentiles[-1]:
            return []
        most, value = max(profile.numbers.counts) / profile.count, f"{column.ordered[0]:g}"
    else:
        assert column.categories, f"{profile.name} has rows"
        assert profile.categories is not None, f"{profile.name} has a profile of numbers and a column of categories"
        if len(column.categories) > 1 or profile.categories.distinct == 1:
            return []
        most, value = max(profile.categories.counts) / profile.count, next(iter(column.categories))
    counted = _counted(CheckKind.CONSTANT, profile.name, rows, rows)
    return [replace(counted, expected=0.0, p=most**rows, value=value)]


def duplicates(values: pl.DataFrame, reference: tuple[int, int] | None = None) -> Check:
    """Return how many rows repeat an earlier one; `reference` is (repeated, all) of the rows to compare with."""
    rows = values.height
    count = rows - values.n_unique() if rows else 0
    counted = _counted(CheckKind.DUPLICATE, "", count, rows)
    if reference is None or not reference[1]:
        return counted
    return replace(counted, expected=reference[0] / reference[1], p=_exact(count, rows, *reference))


def refused(names: Iterable[str], reasons: Iterable[Reason], rows: int) -> tuple[Check, ...]:
    """Return what was refused of the rows that were asked, by feature, judged by itself; "" is for rows as a whole.

    The reference cannot tell how many are usual, since all of it was read. So p is the probability of such a count if
    the share were what does not matter yet.
    """
    by_kind: dict[tuple[CheckKind, str], dict[str, int]] = {}
    for each in reasons:
        kind = CheckKind.TYPE_FAILURE if each.code in OF_ANOTHER_TYPE else CheckKind.REFUSED
        by_kind.setdefault((kind, each.feature), {})[each.code] = each.rows
    # All that might have been refused are tested, not only what was: the more of them, the likelier is one by chance.
    untold = {(kind, name): {"": 0} for name in ("", *names) for kind in (CheckKind.TYPE_FAILURE, CheckKind.REFUSED)}
    found = judged([_refused(*key, codes, rows) for key, codes in (untold | by_kind).items()])
    return tuple(each for each in found if each.count)


def _refused(kind: CheckKind, feature: str, codes: Mapping[str, int], rows: int) -> Check:
    most = max(codes, key=lambda code: (codes[code], code))
    count = min(rows, sum(codes.values()))  # of one feature a row has one problem, as a rule
    p = float(binom.sf(count - 1, rows, RELEVANT_MIN[kind])) if count else 1.0
    return replace(_counted(kind, feature, count, rows), expected=0.0, p=p, value=most)


def _counted(kind: CheckKind, feature: str, count: int, rows: int) -> Check:
    low, high = wilson(count, rows) if rows else (0.0, 1.0)
    return Check(kind=kind, feature=feature, count=count, rows=rows, low=low, high=high)


def _exact(count: int, rows: int, reference_count: int, reference_rows: int) -> float:
    """Return the probability of a share this far off in either direction, given how many there are in both together."""
    total = count + reference_count
    if total == 0 or not rows or not reference_rows:
        return 1.0
    both = (rows + reference_rows, total, rows)
    return float(min(1.0, 2 * min(hypergeom.sf(count - 1, *both), hypergeom.cdf(count, *both))))


def _exceeding(count: int, rows: int, reference_rows: int) -> float:
    """Return the probability that at least so many of `rows` values exceed the largest of the reference."""
    both = rows + reference_rows
    return float(np.exp(gammaln(rows + 1) - gammaln(rows - count + 1) + gammaln(both - count + 1) - gammaln(both + 1)))


def _once(categories: CategoryProfile) -> int:
    """Return how many categories occur once; a profile of an older version does not tell it but for the frequent."""
    return max(categories.once, sum(count == 1 for count in categories.counts))
