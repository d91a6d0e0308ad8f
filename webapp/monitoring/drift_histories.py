"""Histories of features and answers: how far they are from the reference, and what is wrong with the data."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.monitoring.histories import PSI_MIN, History, Level, Reading, Seen, Series, Unit, Z, last_closed
from webapp.plots.timelines import Look
from worker.contract.monitoring import Check, CheckKind, FeatureDrift
from worker.contract.profile import ColumnProfile, Profile

ALL_FEATURES: Final = "all features"
LEADING: Final = 4
CLASSES_MAX: Final = 3
CHECKS_MAX: Final = 4
PSI_LEAST: Final = 1e-4
"""On a scale by powers of ten, nothing has no place."""

QUARTILES: Final = (1, 3)
"""The places of the quartiles among the quantiles that a report tells."""

CHECK_NAMES: Final = {
    CheckKind.MISSING: gettext_lazy("%(feature)s: missing"),
    CheckKind.OUT_OF_RANGE: gettext_lazy("%(feature)s: out of range"),
    CheckKind.NEW_CATEGORY: gettext_lazy("%(feature)s: new values"),
    CheckKind.TYPE_FAILURE: gettext_lazy("%(feature)s: refused, of another type"),
    CheckKind.REFUSED: gettext_lazy("%(feature)s: refused"),
    CheckKind.CONSTANT: gettext_lazy("%(feature)s: one value only"),
    CheckKind.DUPLICATE: gettext_lazy("repeated rows"),
}


def leading_features(windows: Sequence[Seen]) -> list[str]:
    """Return the features that matter most in the last closed window: by drift times importance."""
    last = last_closed(windows)
    return [name for name, _weight in last.report.ranking[:LEADING]] if last else []


def drift_history(name: str, windows: Sequence[Seen]) -> History | None:
    """Return the index of one feature with the limit below which it is no change; None where it was never compared."""
    found = [(seen, each) for seen in windows for each in seen.report.features if each.name == name]
    if not found:
        return None
    index = tuple(Reading(seen=seen, rows=each.rows, value=max(each.psi, PSI_LEAST)) for seen, each in found)
    limit = tuple(Reading(seen=seen, rows=each.rows, value=limit_of(each)) for seen, each in found)
    return History(
        subject=name,
        title=name,
        axis=_("index (PSI)"),
        series=(
            Series(key="psi_limit", name=_("no change up to here"), look=Look.LIMIT, readings=limit),
            Series(key="psi", name=_("index"), look=Look.STEPS, readings=index),
        ),
        is_logarithmic=True,
    )


def domain_history(windows: Sequence[Seen]) -> History | None:
    """Return how well a classifier tells the rows of windows from the reference data; None where it never tried."""
    found = [(seen, seen.report.domain) for seen in windows if seen.report.domain is not None]
    if not found:
        return None
    area = tuple(Reading(seen=seen, rows=each.rows, value=each.area) for seen, each in found)
    chance = tuple(Reading(seen=seen, rows=each.rows, value=each.high) for seen, each in found)
    return History(
        subject=ALL_FEATURES,
        title=_("All features together"),
        axis=_("area under the ROC curve"),
        series=(
            Series(key="domain_limit", name=_("so far by chance"), look=Look.LIMIT, readings=chance),
            Series(key="domain_area", name=_("area"), look=Look.STEPS, readings=area),
        ),
    )


def limit_of(drift: FeatureDrift) -> float:
    """Return what the index has to be above for a change to be relevant."""
    return max(PSI_MIN, drift.floor)


def answer_histories(windows: Sequence[Seen], profile: Profile | None, unit: str = "") -> list[History]:
    """Return the middle of answered numbers, or the shares of the leading classes."""
    if profile is None:
        return []
    said = [
        (seen, each) for seen in windows for each in seen.report.predictions if each.name == profile.prediction.name
    ]
    if not said:
        return []
    if profile.prediction.numbers is not None:
        return [number_history(profile.prediction, said, _("The answers: their middle"), unit)]
    return _class_histories(profile.prediction, said)


def number_history(
    profile: ColumnProfile, found: Sequence[tuple[Seen, FeatureDrift]], title: str, unit: str = ""
) -> History:
    """Return the median of a column of numbers, with its quartiles as a band."""
    assert profile.numbers is not None, f"{profile.name} has numbers"
    then = profile.numbers.percentiles
    readings = tuple(_median(seen, each) for seen, each in found if each.median is not None)
    level = Level(value=then[len(then) // 2], low=then[len(then) // 4], high=then[3 * len(then) // 4])
    series = Series(key="median", name=_("median, half of the rows in the band"), look=Look.STEPS, readings=readings)
    return History(subject=profile.name, title=title, axis=unit, series=(series,), level=level, from_nothing=False)


def _median(seen: Seen, drift: FeatureDrift) -> Reading:
    low, high = (drift.quantiles[at] for at in QUARTILES) if drift.quantiles else (None, None)
    assert drift.median is not None, "Who asks has looked"
    return Reading(seen=seen, rows=drift.rows, value=drift.median, low=low, high=high)


def mean_reading(seen: Seen, drift: FeatureDrift) -> Reading | None:
    """Return the mean of a column of numbers with its 95 % interval; None where a report does not tell it."""
    if drift.mean is None or drift.sd is None or not drift.rows:
        return None
    half = Z * drift.sd / drift.rows**0.5
    return Reading(seen=seen, rows=drift.rows, value=drift.mean, low=drift.mean - half, high=drift.mean + half)


def _class_histories(profile: ColumnProfile, found: Sequence[tuple[Seen, FeatureDrift]]) -> list[History]:
    categories = profile.categories
    if categories is None or not profile.count:
        return []
    ranked = sorted(range(len(categories.values)), key=lambda at: -categories.counts[at])
    # Of two classes one share tells the other.
    chosen = ranked[1:2] if len(ranked) == 2 else ranked[:CLASSES_MAX]
    return [share_history(profile, at, found) for at in chosen]


def share_history(profile: ColumnProfile, at: int, found: Sequence[tuple[Seen, FeatureDrift]]) -> History:
    """Return how often a category is found."""
    categories = profile.categories
    assert categories is not None, f"{profile.name} has categories"
    readings = tuple(
        Reading.share(seen, each.counts[at], each.rows) for seen, each in found if each.rows and at < len(each.counts)
    )
    value = categories.values[at]
    series = Series(key="share", name=_("share, with its interval"), look=Look.STEPS, readings=readings)
    return History(
        subject=f"{profile.name}={value}",
        title=_("“%(value)s”: its share") % {"value": value},
        axis="",
        series=(series,),
        unit=Unit.SHARE,
        level=Level(value=categories.counts[at] / profile.count),
    )


def check_histories(windows: Sequence[Seen], feature: str | None = None, most: int = CHECKS_MAX) -> list[History]:
    """Return the counts that were off in some window, those first that were most; or all those of one feature."""
    found: dict[tuple[CheckKind, str], list[tuple[Seen, Check]]] = {}
    for seen in windows:
        for each in seen.report.checks:
            if each.rows and feature in (None, each.feature):
                found.setdefault((each.kind, each.feature), []).append((seen, each))
    told = [pairs for pairs in found.values() if _is_telling(pairs, is_asked=feature is not None)]
    ordered = sorted(told, key=lambda pairs: -max(_off(each) for _seen, each in pairs))
    return [check_history(pairs) for pairs in ordered[:most]]


def _is_telling(pairs: Iterable[tuple[Seen, Check]], *, is_asked: bool) -> bool:
    return any(each.is_significant or (is_asked and each.count) for _seen, each in pairs)


def _off(check: Check) -> float:
    return abs(check.share - (check.expected or 0.0)) if check.is_significant else 0.0


def check_history(found: Sequence[tuple[Seen, Check]]) -> History:
    """Return the share of the rows of which one count is."""
    last = found[-1][1]
    readings = tuple(
        Reading(seen=seen, rows=each.rows, value=each.share, low=each.low, high=each.high) for seen, each in found
    )
    return History(
        subject=last.feature,
        title=str(CHECK_NAMES[last.kind]) % {"feature": last.feature or _("whole rows")},
        axis=_("share of the rows"),
        series=(Series(key=last.kind, name=_("share, with its interval"), look=Look.STEPS, readings=readings),),
        unit=Unit.SHARE,
        level=None if last.expected is None else Level(value=last.expected),
    )
