"""What alerts say, in the reader's language: what was seen, what is known of the cause, what to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from webapp.alerts.models import BUDGET, Alert
from webapp.alerts.sightings import Rule, Sighting
from webapp.endpoints.deploying import champion_before
from webapp.endpoints.models import Endpoint
from webapp.monitoring.change_words import subject_words
from webapp.monitoring.changes import change_rows
from webapp.monitoring.worsening import figure_words
from webapp.predictions.numbers import number_words
from webapp.records.data_plane_words import TEMPLATES
from webapp.sentences import say
from worker.contract.manifest import Quality
from worker.contract.monitoring_run import Coverage

CAUSES_SHOWN: Final = 5

NAMES: Final[dict[Rule, Promise]] = {
    Rule.CHANGED: gettext_lazy("The data changed"),
    Rule.DATA_FAULT: gettext_lazy("The data have faults"),
    Rule.WORSE: gettext_lazy("The answers are worse"),
    Rule.BIASED: gettext_lazy("The outcomes are no fair sample"),
    Rule.LOOK_FAILED: gettext_lazy("Looks come to nothing"),
    Rule.LOOK_MISSING: gettext_lazy("Nobody looks"),
    Rule.SILENT: gettext_lazy("Nobody asks"),
}

MEANINGS: Final[dict[Rule, Promise]] = {
    Rule.CHANGED: gettext_lazy("features, answers or all together differ from the reference, in two of three windows"),
    Rule.DATA_FAULT: gettext_lazy("missing values, new categories and the like, in two of three windows"),
    Rule.WORSE: gettext_lazy(
        "the measured interval is worse than all of that of the reference, in two of three windows"
    ),
    Rule.BIASED: gettext_lazy("outcomes are known of rows that are otherwise than the rest, in two of three windows"),
    Rule.LOOK_FAILED: gettext_lazy("two looks in a row came to nothing"),
    Rule.LOOK_MISSING: gettext_lazy("two looks in a row were not answered"),
    Rule.SILENT: gettext_lazy("no row was answered for as many days as you say below"),
}  # fmt: skip  # one rule a line


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """Something to do: a sentence, and the site's own address at which it is done, if any."""

    words: str
    path: str = ""
    link: str = ""


def alert_words(alert: Alert) -> str:
    """Return what an alert is about, in a sentence."""
    return SENTENCES[Rule(alert.rule)](alert.sighting)


def _changed(seen: Sighting) -> str:
    return _("Changed since %(day)s: %(names)s.") % {"day": _day(seen.since_ms), "names": _named(seen)}


def _faulty(seen: Sighting) -> str:
    return _("Otherwise than in the reference data since %(day)s: %(names)s.") % {
        "day": _day(seen.since_ms),
        "names": _named(seen),
    }


def _worse(seen: Sighting) -> str:
    figure = Quality(name=seen.figure, value=seen.value, low=seen.low, high=seen.high, unit=seen.unit)
    reference = Quality(name=seen.figure, value=seen.reference, unit=seen.unit)
    return figure_words(figure, reference, Coverage(rows=seen.rows, known=seen.known, is_biased=seen.is_biased))


def _biased(seen: Sighting) -> str:
    facts = {"known": number_words(seen.known), "rows": number_words(seen.rows)}
    return (
        _(
            "The outcomes of %(known)s of %(rows)s rows are known, and the answers to these are otherwise than to "
            "the rest: what is measured does not hold for all."
        )
        % facts
    )


def _failed(seen: Sighting) -> str:
    reason = seen.reason
    why = "" if reason is None else say(TEMPLATES, reason.template, reason.facts) or str(reason)
    return _("The last two looks came to nothing: %(why)s") % {"why": why}


def _missing(seen: Sighting) -> str:
    return ngettext(
        "A look was asked for %(hours)s hour ago, and nobody has answered.",
        "A look was asked for %(hours)s hours ago, and nobody has answered.",
        seen.hours,
    ) % {"hours": seen.hours}


def _silent(seen: Sighting) -> str:
    return ngettext(
        "No row was answered for %(days)s day.", "No row was answered for %(days)s days.", seen.days
    ) % {"days": number_words(seen.days)}  # fmt: skip  # one thought a line


SENTENCES: Final[dict[Rule, Callable[[Sighting], str]]] = {
    Rule.CHANGED: _changed,
    Rule.DATA_FAULT: _faulty,
    Rule.WORSE: _worse,
    Rule.BIASED: _biased,
    Rule.LOOK_FAILED: _failed,
    Rule.LOOK_MISSING: _missing,
    Rule.SILENT: _silent,
}


def cause_rows(alert: Alert) -> list[tuple[str, str]]:
    """Return what is known of the cause: names with a sentence each, what matters most first."""
    if alert.rule not in {Rule.CHANGED, Rule.DATA_FAULT, Rule.WORSE} or alert.window is None:
        return []
    return change_rows(alert.window.report)[:CAUSES_SHOWN]


def advice(alert: Alert) -> list[Advice]:
    """Return what to do about an alert whose rule holds, what is done first coming first."""
    endpoint, rule = alert.endpoint, Rule(alert.rule)
    health = Advice(words=_("Look at the figures."), path=f"/endpoints/{endpoint.name}/health/", link=_("Health"))
    if rule in {Rule.LOOK_FAILED, Rule.LOOK_MISSING}:
        words = _("Have an administrator see whether all parts of the box run: sudo bastide doctor.")
        return [Advice(words=words, path="/box/", link=_("The box")), health]
    if rule is Rule.SILENT:
        return [Advice(words=_("Ask those who used it whether they still do; if not, withdraw it."),
                       path=f"/endpoints/{endpoint.name}/manage/", link=_("Manage"))]  # fmt: skip  # one thought a line
    if rule is Rule.BIASED:
        return [Advice(words=_("Have outcomes sent of rows that are chosen by chance, or of all.")), health]
    asked = Advice(words=_("Ask whoever sends the rows whether something is otherwise on their side."))
    trained = Advice(
        words=_("If the world has changed, train on new rows and publish another version."),
        path=f"/endpoints/{endpoint.name}/export/",
        link=_("Rows to train on"),
    )
    return [*_rows_to_see(alert), health, asked, trained, *_going_back(endpoint)]


def _rows_to_see(alert: Alert) -> list[Advice]:
    """Return where the rows are that drove it: on the page of the feature that changed most."""
    champion = alert.endpoint.champion
    names = champion.version.manifest.signature.names if champion else ()
    name = next((each.name for each in alert.sighting.subjects if each.name in names), None)
    if name is None:
        return []
    path = f"/endpoints/{alert.endpoint.name}/health/features/{names.index(name) + 1}/#rows"
    return [Advice(words=_("Look at the rows that drove it."), path=path, link=name)]


def _going_back(endpoint: Endpoint) -> list[Advice]:
    before = champion_before(endpoint)
    if before is None:
        return []
    number = {"number": before.version.number}
    words = _("If it began with the version that answers now, go back to version %(number)d.") % number
    link = _("Roll back to version %(number)d") % number
    return [Advice(words=words, path=f"/endpoints/{endpoint.name}/manage/rollback/", link=link)]


def budget_words(alert: Alert) -> str:
    """Return that a rule has fired too often without anybody doing anything, or nothing."""
    count = Alert.objects.fired_in_vain(alert.endpoint, alert.rule)
    if count <= BUDGET:
        return ""
    return _(
        "This rule has fired %(count)d times and nobody has done anything about it. Act on it, or switch it off: an "
        "alert that nobody needs hides others."
    ) % {"count": count}


def _named(seen: Sighting) -> str:
    names = list(dict.fromkeys(subject_words(each.kind, each.name) for each in seen.subjects))
    return get_text_list(names, _("and"))


def _day(ms: int) -> str:
    return day_words(timezone.localtime(datetime.fromtimestamp(ms / 1000, UTC)).date())


def day_words(day: date) -> str:
    """Return a day as people write it."""
    return formats.date_format(day, "j F Y")
