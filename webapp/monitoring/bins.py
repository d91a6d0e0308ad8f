"""The bins of a feature's profile, before and now, and the rows of the journal that are in them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from webapp.predictions.numbers import number_words
from worker.contract.monitoring import CheckKind, FeatureDrift
from worker.contract.monitoring_run import WindowReport
from worker.contract.profile import ColumnProfile
from worker.contract.records import BY_RANGE, MISSING, RANGE
from worker.contract.truth import BY_FEATURE

FILL: Final = 1e-4
"""The share that stands for an empty bin, as the index has it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """A bin of the profile: numbers above one edge and at most another, or a category; `then` and `now` are rows."""

    name: str
    then: int
    now: int
    shares: tuple[float, float]
    above: float | None = None
    most: float | None = None
    value: str = ""

    @property
    def moved(self) -> float:
        """By how much its share grew."""
        return self.shares[1] - self.shares[0]

    @property
    def part(self) -> float:
        """What the bin adds to the index."""
        then, now = (max(share, FILL) for share in self.shares)
        return (now - then) * math.log(now / then)


def bins_of(profile: ColumnProfile, drift: FeatureDrift) -> list[Bin]:
    """Return the bins of the profile with the rows of the reference and of the window."""
    now, total_now = drift.counts, max(sum(drift.counts), 1)
    if profile.numbers is not None:
        edges, then = profile.numbers.edges, profile.numbers.counts
        sides = list(zip((None, *edges), (*edges, None), strict=True))
        facts: list[dict[str, Any]] = [{"name": span_words(*side), "above": side[0], "most": side[1]} for side in sides]
    else:
        categories = profile.categories
        values = categories.values if categories else ()
        then = (*categories.counts, categories.other) if categories else ()
        facts = [{"name": value, "value": value} for value in values] + [{"name": _("all others")}]
    total_then = max(sum(then), 1)
    return [
        Bin(then=before, now=after, shares=(before / total_then, after / total_now), **fact)
        for fact, before, after in zip(facts, then, now, strict=False)
        if before or after or "above" in fact
    ]


def span_words(above: float | None, most: float | None) -> str:
    """Return what a bin of numbers holds."""
    if above is None and most is None:
        return _("all values")
    if above is None and most is not None:
        return _("≤ %(most)s") % {"most": number_words(most, 4)}
    if most is None and above is not None:
        return _("> %(above)s") % {"above": number_words(above, 4)}
    return _("%(low)s to %(high)s") % {"low": number_words(above or 0, 4), "high": number_words(most or 0, 4)}


@dataclass(frozen=True, kw_only=True, slots=True)
class RowLink:
    """Rows of the journal to look at: in words, and as the page of predictions finds them, newest first."""

    words: str
    query: str


def rows_to_see(profile: ColumnProfile, bins: Sequence[Bin], report: WindowReport) -> list[RowLink]:
    """Return the rows that drove a change: of the bin that grew most, and those that a check is about."""
    name = profile.name
    checks = {each.kind: each for each in report.checks if each.feature == name and each.is_changed}
    top = max(bins, key=lambda each: each.moved, default=None)
    found = [_of_bin(name, top)] if top is not None and top.moved > 0 else []
    if CheckKind.MISSING in checks:
        found.append(_link(name, BY_RANGE, MISSING, _("no value")))
    if CheckKind.OUT_OF_RANGE in checks and profile.numbers is not None:
        least, largest = profile.numbers.percentiles[0], profile.numbers.percentiles[-1]
        below = math.nextafter(least, -math.inf)
        words = _("< %(least)s") % {"least": number_words(least, 4)}
        found += [_link(name, BY_RANGE, f"{RANGE}{below!r}", words)] if bins[0].now else []
        found += [_link(name, BY_RANGE, f"{largest!r}{RANGE}", span_words(largest, None))] if bins[-1].now else []
    if CheckKind.NEW_CATEGORY in checks and checks[CheckKind.NEW_CATEGORY].value:
        value = checks[CheckKind.NEW_CATEGORY].value
        found.append(_link(name, BY_FEATURE, value, value))
    return list(dict.fromkeys(each for each in found if each is not None))


def _of_bin(name: str, top: Bin) -> RowLink | None:
    if top.value:
        return _link(name, BY_FEATURE, top.value, top.value)
    if top.above is None and top.most is None:
        return None
    low, high = ("" if each is None else repr(each) for each in (top.above, top.most))
    return _link(name, BY_RANGE, f"{low}{RANGE}{high}", top.name)


def _link(name: str, by: str, value: str, words: str) -> RowLink:
    return RowLink(words=words, query=urlencode({"by": by, "feature": name, "id": value}))
