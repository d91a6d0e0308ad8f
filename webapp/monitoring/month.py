"""The report of a month: how an endpoint was, day by day, what changed, how good it was, and what was done."""

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Self

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from webapp.audit.models import AuditEvent
from webapp.endpoints.models import Endpoint
from webapp.monitoring.histories import Seen, seen, wilson
from webapp.monitoring.models import MonitoredWindow
from webapp.monitoring.month_changes import changes, worsenings
from webapp.monitoring.month_figures import figure_rows, work_rows
from webapp.monitoring.outcome_histories import performance_histories
from webapp.monitoring.picturing import all_drawn
from webapp.monitoring.worsening import WINDOWS_MAX as WINDOWS_BEFORE
from webapp.monitoring.worsening import reference_of, telling, worsening
from webapp.predictions.numbers import number_words, percent_words
from webapp.registry.models import ModelVersion
from worker.contract.manifest import Quality
from worker.contract.monitoring import State
from worker.contract.monitoring_run import WindowReport

NAME: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
WINDOWS_MAX: Final = 62
EVENTS_MAX: Final = 100
WORSE: Final = "worse"
"""A day whose data are as they were, and whose answers are not."""

SIGNS: Final[dict[str, str]] = {
    State.CHANGED: "bad",
    WORSE: "bad",
    State.WATCHED: "warning",
    State.STEADY: "good",
    State.NOT_ENOUGH_DATA: "unknown",
}
"""The worst state comes first."""

STATE_WORDS: Final[dict[str, str]] = {
    State.CHANGED: gettext_noop("changed"),
    WORSE: gettext_noop("less right"),
    State.WATCHED: gettext_noop("something new"),
    State.STEADY: gettext_noop("nothing unusual"),
    State.NOT_ENOUGH_DATA: gettext_noop("not enough data"),
}
DEFINITIONS: Final = (
    (
        gettext_noop("Window"),
        gettext_noop(
            "At least 500 rows, one after the other, that span a day; or those of 30 days, fewer where the journal "
            "keeps less."
        ),
    ),
    (gettext_noop("Alarm"), gettext_noop("A change that is more than chance, large, and in two of three windows.")),
    (
        gettext_noop("Estimated"),
        gettext_noop("What to expect of such rows if only the data moved; ±3 standard errors."),
    ),
    (gettext_noop("Measured"), gettext_noop("On the rows whose outcome is known, with its 95 % interval.")),
    (
        gettext_noop("Index (PSI)"),
        gettext_noop("How differently rows fall into ten bins of the reference data; above 0.1 it may matter."),
    ),
    (gettext_noop("Reference data"), gettext_noop("The rows that the version was published with.")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month by the clock of the box."""

    year: int
    month: int

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the month that is written as 2026-11; None for anything else."""
        found = NAME.fullmatch(text)
        return cls(year=int(found[1]), month=int(found[2])) if found else None

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """Return the month of a moment."""
        local = timezone.localtime(moment)
        return cls(year=local.year, month=local.month)

    @property
    def begins_at(self) -> datetime:
        """Its first moment."""
        return timezone.make_aware(datetime(self.year, self.month, 1))  # noqa: DTZ001  # made aware by the box's zone

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(year=self.year + self.month // 12, month=self.month % 12 + 1)

    @property
    def former(self) -> "Month":
        """The month before."""
        return Month(year=self.year - (self.month == 1), month=(self.month - 2) % 12 + 1)

    @property
    def words(self) -> str:
        """Its name, such as November 2026."""
        return formats.date_format(date(self.year, self.month, 1), "F Y")

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of the calendar; one without rows has no sign."""

    number: int
    sign: str = ""
    words: str = ""


def month_context(endpoint: Endpoint, month: Month) -> dict[str, Any]:
    """Return what the report tells."""
    found = MonitoredWindow.objects.filter(
        endpoint=endpoint, begins_at__gte=month.begins_at, begins_at__lt=month.next.begins_at
    )
    records = list(found.select_related("version__model").order_by("begins_at")[:WINDOWS_MAX])
    windows = _judged(endpoint, month, records)
    is_over = month.next.begins_at <= timezone.now()
    context: dict[str, Any] = {"endpoint": endpoint, "month": month, "is_over": is_over}
    context |= {"former": month.former, "next": month.next if is_over else None, "events": _events(endpoint, month)}
    context |= {"definitions": [(_(name), _(words)) for name, words in DEFINITIONS], "made_at": timezone.now()}
    if not windows:
        return context
    state, words = _summary(windows)
    context |= {
        "state": state,
        "sentence": words,
        "weeks": weeks(month, windows),
        "changes": changes(windows) + worsenings(windows),
    }
    context |= {"versions": _versions(records, windows), "coverage": _coverage(windows), "work": work_rows(windows)}
    return context | {"weekdays": _weekdays()}


def _judged(endpoint: Endpoint, month: Month, records: Sequence[MonitoredWindow]) -> list[Seen]:
    """Return the windows with how right each was beside those of its version before, also of the month before."""
    before: dict[int, list[WindowReport]] = {}
    references: dict[int, Quality | None] = {}
    found = []
    for record in records:
        version = record.version
        if version.pk not in before:
            earlier = MonitoredWindow.objects.of(endpoint, version).filter(begins_at__lt=month.begins_at).with_reports()
            before[version.pk] = [each.report for each in reversed(earlier[:WINDOWS_BEFORE])]
            references[version.pk] = reference_of(version)
        before[version.pk].append(record.report)
        worse = worsening(before[version.pk], references[version.pk]) if telling([record.report]) else None
        found.append(replace(seen(record), worsening=worse))
    return found


def _summary(windows: Sequence[Seen]) -> tuple[str, str]:
    told = [each for each in windows if each.is_worse or each.report.verdict.state is not State.NOT_ENOUGH_DATA]
    alarms = [each for each in told if each.is_alarm or each.is_worse]
    rows = number_words(sum(each.report.rows for each in windows))
    if not told:
        return "unknown", _("Too few rows for a verdict: %(rows)s in the month.") % {"rows": rows}
    facts = {"count": len(alarms), "of": number_words(len(told)), "rows": rows}
    if alarms:
        words = ngettext(
            "In %(count)d of %(of)s windows there was an alarm; %(rows)s rows were answered.",
            "In %(count)d of %(of)s windows there were alarms; %(rows)s rows were answered.",
            len(alarms),
        )
        return "bad", " ".join(filter(None, (words % facts, _less_right(sum(each.is_worse for each in told)))))
    return "good", _("No alarm in %(of)s windows; %(rows)s rows were answered.") % facts


def _less_right(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "In %(count)d window the model was less right than on the reference data.",
        "In %(count)d windows the model was less right than on the reference data.",
        count,
    ) % {"count": count}


def weeks(month: Month, windows: Sequence[Seen]) -> list[list[Day | None]]:
    """Return the calendar, Monday first; a day has the worst state of the windows that touch it."""
    states: dict[date, str] = {}
    worst_first = list(SIGNS)
    for each in windows:
        day, last = (timezone.localtime(moment).date() for moment in (each.begins_at, each.ends_at))
        state = WORSE if each.is_worse and not each.is_alarm else each.report.verdict.state
        while day <= last:
            states[day] = min(states.get(day, state), state, key=worst_first.index)
            day += timedelta(days=1)
    return [
        [_day(day, states) if day.month == month.month else None for day in week]
        for week in calendar.Calendar().monthdatescalendar(month.year, month.month)
    ]


def _day(day: date, states: dict[date, str]) -> Day:
    state = states.get(day)
    if state is None:
        return Day(number=day.day)
    return Day(number=day.day, sign=SIGNS[state], words=_(STATE_WORDS[state]))


def _weekdays() -> list[str]:
    monday = date(2026, 11, 2)
    return [formats.date_format(monday + timedelta(days=at), "D") for at in range(7)]


def _versions(records: Sequence[MonitoredWindow], windows: Sequence[Seen]) -> list[dict[str, Any]]:
    """Return how good each version was that answered in the month."""
    found: dict[int, tuple[ModelVersion, list[Seen]]] = {}
    for record, each in zip(records, windows, strict=True):
        found.setdefault(record.version_id, (record.version, []))[1].append(each)
    told = []
    for version, mine in found.values():
        histories = performance_histories(mine, version.manifest)
        pictures = all_drawn(histories[:2], f"version-{version.number}")
        told.append({"version": version, "figures": figure_rows(histories), "pictures": pictures})
    return told


def _coverage(windows: Iterable[Seen]) -> list[str]:
    told = [each.report.coverage for each in windows if each.report.coverage is not None]
    rows, known = sum(each.rows for each in told), sum(each.known for each in told)
    if not known:
        return [_("No outcome of these rows is known.")]
    low, high = wilson(known, rows)
    facts = {"known": number_words(known), "rows": number_words(rows), "share": percent_words(known / rows),
             "low": percent_words(low), "high": percent_words(high)}  # fmt: skip  # one thought a line
    words = [_("The outcome of %(known)s of %(rows)s rows is known (%(share)s).") % facts]
    biased = sum(each.is_biased for each in told)
    if biased:
        words.append(
            ngettext(
                "In %(count)d window those with an outcome are no fair sample of all.",
                "In %(count)d windows those with an outcome are no fair sample of all.",
                biased,
            )
            % {"count": biased}
        )
    return words


def _events(endpoint: Endpoint, month: Month) -> list[AuditEvent]:
    events = AuditEvent.objects.about_endpoint(endpoint.name)
    return list(events.filter(at__gte=month.begins_at, at__lt=month.next.begins_at).order_by("at")[:EVENTS_MAX])
