"""Whether answers are measurably worse than on the reference data: the one rule of pages, metrics and alerts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from webapp.predictions.about import name_of, value_words
from webapp.predictions.numbers import number_words
from webapp.predictions.quality import SCORES
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Quality
from worker.contract.monitoring import LOOKED_AT, REPEATED, Estimate
from worker.contract.monitoring_run import Coverage, WindowReport
from worker.contract.since import begun

LEADING: Final = ("accuracy", "mae")
"""Figures that are judged: one a version, since each further one would add false alarms."""

KNOWN_MIN: Final = 30
"""Of fewer outcomes nothing is concluded."""

WINDOWS_MAX: Final = 30
"""Among so many of the last closed windows those with outcomes are looked for: outcomes come late."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Worse:
    """A figure of one window, all of whose interval is on the bad side of all of the reference's."""

    figure: Quality
    reference: Quality
    coverage: Coverage
    estimate: Estimate | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Worsening:
    """The last window with outcomes is worse; where it `is_repeated` in two of three, that is an alarm."""

    last: Worse
    since_ms: int
    is_repeated: bool


def reference_of(version: ModelVersion) -> Quality | None:
    """Return the figure of the reference data that is compared with; None where it has none, or no interval."""
    found = next((each for each in version.manifest.quality if each.name in LEADING and not each.label), None)
    return found if found is not None and found.low is not None and found.high is not None else None


def telling(windows: Iterable[WindowReport]) -> list[WindowReport]:
    """Return the windows that do not grow any more, and of which enough outcomes are known."""
    closed = (report for report in windows if not report.is_open)
    return [each for each in closed if each.coverage is not None and each.coverage.known >= KNOWN_MIN]


def worsening(windows: Sequence[WindowReport], reference: Quality | None) -> Worsening | None:
    """Return whether the last of these that tells is worse than the reference; the oldest comes first."""
    told = telling(windows)
    shown = [worse(report, reference) for report in told] if reference is not None else []
    last = shown[-1] if shown else None
    if last is None:
        return None
    is_worse = [each is not None for each in shown]
    return Worsening(
        last=last, since_ms=told[begun(is_worse)].begins_ms, is_repeated=sum(is_worse[-LOOKED_AT:]) >= REPEATED
    )


def worse(report: WindowReport, reference: Quality) -> Worse | None:
    """Return the figure that was measured, if all of its interval is on the bad side of all of the reference's."""
    found = next((each for each in report.realised if each.name == reference.name and not each.label), None)
    if found is None or found.low is None or found.high is None or report.coverage is None:
        return None
    assert reference.low is not None, "Only a reference with an interval is compared with"
    assert reference.high is not None, "as above"
    if not (found.high < reference.low if found.name in SCORES else found.low > reference.high):
        return None
    estimate = next((each for each in report.estimated if each.name == found.name), None)
    return Worse(figure=found, reference=reference, coverage=report.coverage, estimate=estimate)


def worsening_words(found: Worsening, *, are_rows_as_before: bool) -> str:
    """Return that the model is less right than before: since when, by which figures, and what that means."""
    day = formats.date_format(timezone.localtime(datetime.fromtimestamp(found.since_ms / 1000, UTC)), "j F Y")
    words = [
        _("The model is less right than before, since %(day)s.") % {"day": day}
        if found.is_repeated
        else _("The model was less right than before, once. If it is so again, it is an alarm.")
    ]
    words.append(figure_words(found.last.figure, found.last.reference, found.last.coverage))
    if found.last.estimate is not None:
        estimated = value_words(found.last.reference, found.last.estimate.value)
        words.append(_("Without the outcomes it was estimated at %(value)s.") % {"value": estimated})
    if are_rows_as_before:
        words.append(
            _(
                "The rows are as they were, so what they mean has probably changed: train on new rows with their "
                "outcomes."
            )
        )
    return " ".join(words)


def figure_words(figure: Quality, reference: Quality, coverage: Coverage) -> str:
    """Return what was measured, with its interval, of how many rows, and what it was on the reference data."""
    facts = {
        "figure": name_of(reference),
        "value": value_words(reference, figure.value),
        "low": value_words(reference, figure.low or 0.0),
        "high": value_words(reference, figure.high or 0.0),
        "reference": value_words(reference, reference.value),
        "known": number_words(coverage.known),
        "rows": number_words(coverage.rows),
    }
    words = _(
        "%(figure)s: %(value)s, between %(low)s and %(high)s, by the outcomes of %(known)s of %(rows)s rows; on the "
        "reference data %(reference)s."
    )
    told = words % facts
    unfair = _("Its sample is not fair, so this may be otherwise for all rows.")
    return f"{told} {unfair}" if coverage.is_biased else told
