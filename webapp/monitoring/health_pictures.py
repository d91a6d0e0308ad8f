"""The pictures of the page of an endpoint's health, in groups; each group is a file as well."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from webapp.monitoring.change_words import domain_words
from webapp.monitoring.drift_histories import (
    answer_histories,
    check_histories,
    domain_history,
    drift_history,
    leading_features,
)
from webapp.monitoring.histories import History, Seen, last_closed
from webapp.monitoring.outcome_histories import (
    coverage_histories,
    interval_history,
    performance_histories,
    work_histories,
)
from webapp.monitoring.picturing import Drawn, KnownDays, all_drawn
from webapp.predictions.numbers import number_words, percent_words
from webapp.registry.models import ModelVersion
from webapp.registry.profiles import profile_of
from worker.contract.monitoring_run import AnswerInterval

ABOUT: Final = {
    "features": gettext_noop(
        "How far the leading features are from the reference data. In the shaded ground the index says nothing: so far "
        "it gets by chance, or it is too little to matter. All features together: how well a classifier tells the rows "
        "from those of the reference data, where an area of 0.5 is guessing."
    ),
    "performance": gettext_noop(
        "The steps are estimated without outcomes, the points measured on those that are known. Where the points leave "
        "the band although no feature changed, the same data have come to mean something else."
    ),
    "answers": gettext_noop("What was answered. It changes before anybody knows whether it is right."),
    "data": gettext_noop("Counts that were off in some window. The dashed line is what the reference data have."),
    "outcomes": gettext_noop(
        "What is measured holds for the rows whose outcome is known. A point marks windows in which these are no fair "
        "sample of all."
    ),
    "work": gettext_noop("Of what was asked online and in jobs; times are of what was asked online."),
}
TITLES: Final = {
    "features": gettext_noop("Drift over time"),
    "performance": gettext_noop("Performance over time"),
    "answers": gettext_noop("Answers over time"),
    "data": gettext_noop("Quality of the data over time"),
    "outcomes": gettext_noop("Outcomes over time"),
    "work": gettext_noop("Work over time"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Pictures that belong together: `kind` names their file."""

    kind: str
    title: str
    about: str
    pictures: list[Drawn]


def pictures_context(windows: list[Seen], version: ModelVersion) -> dict[str, Any]:
    """Return the groups of pictures of a version's windows, and what is told of single answers."""
    last = last_closed(windows)
    return {
        "groups": groups(windows, version),
        "interval_words": interval_words(last.report.interval if last else None),
        "domain": domain_words(last.report.domain) if last and last.report.domain else "",
    }


def groups(windows: list[Seen], version: ModelVersion) -> list[Group]:
    """Return the groups that have a picture."""
    days: KnownDays = {}
    found = [_group(kind, histories, days) for kind, histories in _histories(windows, version).items()]
    return [each for each in found if each.pictures]


def _histories(windows: list[Seen], version: ModelVersion) -> dict[str, list[History]]:
    drifts = [*(drift_history(name, windows) for name in leading_features(windows)), domain_history(windows)]
    interval = interval_history(windows)
    return {
        "performance": [*performance_histories(windows, version.manifest), *([interval] if interval else [])],
        "features": [each for each in drifts if each is not None],
        "answers": answer_histories(windows, profile_of(version), version.manifest.signature.output.unit),
        "data": check_histories(windows),
        "outcomes": coverage_histories(windows),
        "work": work_histories(windows),
    }


def _group(kind: str, histories: list[History], days: KnownDays) -> Group:
    return Group(kind=kind, title=_(TITLES[kind]), about=_(ABOUT[kind]), pictures=all_drawn(histories, kind, days))


def interval_words(interval: AnswerInterval | None) -> str:
    """Return how far off a single answer may be, and whether that held."""
    if interval is None:
        return ""
    facts = {"width": number_words(interval.half_width, 3), "level": percent_words(interval.level)}
    if interval.share is None or interval.low is None or interval.high is None:
        return _("A single answer is off by at most %(width)s in %(level)s of the reference rows.") % facts
    facts |= {"share": percent_words(interval.share), "known": number_words(interval.known),
              "low": percent_words(interval.low), "high": percent_words(interval.high)}  # fmt: skip  # one thought
    words = _(
        "A single answer is off by at most %(width)s in %(level)s of the reference rows; of the %(known)s outcomes of "
        "this window %(share)s are that near (%(low)s to %(high)s)."
    )
    return words % facts
