"""What changed in a window, and how each feature is, for the page of an endpoint's health."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from webapp.monitoring.change_words import cause_words, check_words, domain_words, drift_words, subject_words
from webapp.plots.marks import Strip
from webapp.plots.strips import columns
from webapp.predictions.numbers import number_words
from webapp.registry.models import ModelVersion
from webapp.registry.profiles import profile_of
from worker.contract.monitoring import FeatureDrift, Slice
from worker.contract.monitoring_run import WindowReport

FEATURES_SHOWN: Final = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureRow:
    """One feature of the last window: how far it is from the reference, and the likely cause."""

    at: int
    name: str
    words: str
    state: str
    state_words: str
    index: str
    floor: str
    rows: str
    then: Strip | None
    now: Strip | None


def change_rows(report: WindowReport) -> list[tuple[str, str]]:
    """Return what changed in the window: each name once, with its sentences; what is relevant first."""
    changed = {(each.kind, each.name) for each in report.found.changed}
    seasonal = {(each.kind, each.name) for each in report.found.seasonal}
    by_name = {each.name: each for each in report.features}
    found: list[tuple[str, str]] = []
    for name, _weight in report.ranking:
        if ("drift", name) in changed:
            found.append((name, feature_words(by_name[name])))
    found += [
        (subject_words("prediction", each.name), feature_words(each))
        for each in report.predictions
        if each.is_changed and ("prediction", each.name) not in seasonal
    ]
    found += [
        (each.feature or _("whole rows"), check_words(each))
        for each in report.checks
        if each.is_changed and (each.kind, each.feature) not in seasonal
    ]
    if report.domain is not None and report.domain.is_changed and ("domain", "") not in seasonal:
        found.append((_("all features together"), domain_words(report.domain)))
    together: dict[str, list[str]] = {}
    for name, words in found:
        together.setdefault(name, []).append(words)
    return [(name, " ".join(words)) for name, words in together.items()]


def feature_words(drift: FeatureDrift) -> str:
    """Return how a column differs: its likely cause, or how far it is."""
    return cause_words(drift.causes[0]) if drift.causes else drift_words(drift)


def feature_rows(report: WindowReport, version: ModelVersion) -> list[FeatureRow]:
    """Return the features, those that matter most first."""
    order = {name: place for place, (name, _weight) in enumerate(report.ranking)}
    ordered = sorted(report.features, key=lambda each: order.get(each.name, len(order)))
    reference = reference_counts(version)
    places = {name: at for at, name in enumerate(version.manifest.signature.names, 1)}
    return [
        _feature_row(each, reference.get(each.name, ()), report, places.get(each.name, 0))
        for each in ordered[:FEATURES_SHOWN]
    ]


def reference_counts(version: ModelVersion) -> dict[str, tuple[int, ...]]:
    """Return the rows of the reference in each bin of each feature."""
    profile = profile_of(version)
    if profile is None:
        return {}
    found = {}
    for each in profile.features:
        if each.numbers is not None:
            found[each.name] = each.numbers.counts
        elif each.categories is not None:
            found[each.name] = (*each.categories.counts, each.categories.other)
    return found


def seasonal_words(report: WindowReport) -> list[str]:
    """Return what differs from the reference as it does each week on this day."""
    return [subject_words(each.kind, each.name) for each in report.found.seasonal]


def feature_state(drift: FeatureDrift, report: WindowReport) -> tuple[str, str]:
    """Return how a feature is: the sign, and a few words."""
    if drift.is_changed and any((each.kind, each.name) == ("drift", drift.name) for each in report.found.seasonal):
        return "good", _("as on this weekday before")
    if drift.is_changed:
        return "bad", _("changed")
    if drift.is_significant:
        return "unknown", _("a little otherwise")
    return "good", _("as it was")


def _feature_row(drift: FeatureDrift, reference: Sequence[int], report: WindowReport, at: int) -> FeatureRow:
    state, words = feature_state(drift, report)
    return FeatureRow(
        at=at,
        name=drift.name,
        words=feature_words(drift) if drift.is_changed or drift.is_significant else "",
        state=state,
        state_words=words,
        index=number_words(round(drift.psi, 3)),
        floor=number_words(round(drift.floor, 3)),
        rows=number_words(drift.rows),
        then=_strip(reference),
        now=_strip(drift.counts),
    )


def _strip(counts: Sequence[int]) -> Strip | None:
    total = sum(counts)
    return columns([count / total for count in counts]) if total else None


@dataclass(frozen=True, kw_only=True, slots=True)
class SliceRow:
    """Rows with something in common whose answers are worse than all others."""

    where: str
    loss: str
    excess: str
    between: str
    rows: str


def slice_row(found: Slice) -> SliceRow:
    """Return where the answers are worse than elsewhere, and by how much."""
    facts = {"feature": found.feature, "value": found.value}
    if found.is_missing:
        where = _("%(feature)s is missing") % facts
    elif found.value:
        where = _("%(feature)s is “%(value)s”") % facts
    else:
        where = _range_words(found)
    ends = {"low": number_words(found.low, 3), "high": number_words(found.high, 3)}
    return SliceRow(
        where=where,
        loss=number_words(found.loss, 3),
        excess=number_words(found.excess, 3),
        between=_("%(low)s to %(high)s") % ends,
        rows=number_words(found.rows),
    )


def _range_words(found: Slice) -> str:
    facts = {"feature": found.feature}
    if found.above is None and found.most is not None:
        return _("%(feature)s is at most %(most)s") % {**facts, "most": number_words(found.most, 4)}
    if found.most is None and found.above is not None:
        return _("%(feature)s is above %(above)s") % {**facts, "above": number_words(found.above, 4)}
    ends = {"above": number_words(found.above or 0, 4), "most": number_words(found.most or 0, 4)}
    return _("%(feature)s is above %(above)s and at most %(most)s") % {**facts, **ends}
