"""What changed in a month, and how much worse answers were: from which day to which, and the likely cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from webapp.monitoring.change_words import cause_words, check_words, drift_words, subject_words
from webapp.monitoring.histories import Seen
from webapp.monitoring.worsening import figure_words
from webapp.predictions.about import name_of
from webapp.predictions.numbers import number_words
from worker.contract.monitoring import Subject
from worker.contract.since import since


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """What was alarmed about: from when to when, in how many windows, and the likely cause."""

    name: str
    begins: str
    ends: str
    windows: str
    words: str


def changes(windows: Sequence[Seen]) -> list[ChangeRow]:
    """Return what was alarmed about, in the order in which it began."""
    found: dict[Subject, list[Seen]] = {}
    for each in windows:
        for subject in each.report.verdict.alarmed:
            found.setdefault(subject, []).append(each)
    return [
        ChangeRow(
            name=subject_words(subject.kind, subject.name),
            begins=_day_words(_begun(subject, windows, alarms[0])),
            ends=_day_words(alarms[-1].ends_at),
            windows=number_words(len(alarms)),
            words=_why(subject, alarms[-1]),
        )
        for subject, alarms in found.items()
    ]


def worsenings(windows: Sequence[Seen]) -> list[ChangeRow]:
    """Return since when, and until when, the answers were worse; by the figures of the last window that says so."""
    told = [(each, each.worsening) for each in windows if each.is_worse]
    if not told:
        return []
    (_first, first), (last, found) = told[0], told[-1]
    assert first is not None, "A window that is worse says how"
    assert found is not None, "as above"
    return [
        ChangeRow(
            name=name_of(found.last.reference),
            begins=_day_words(datetime.fromtimestamp(first.since_ms / 1000, UTC)),
            ends=_day_words(last.ends_at),
            windows=number_words(len(told)),
            words=figure_words(found.last.figure, found.last.reference, found.last.coverage),
        )
    ]


def _begun(subject: Subject, windows: Sequence[Seen], alarm: Seen) -> datetime:
    """Return the moment at which what the first alarm is about began."""
    upto = windows[: list(windows).index(alarm) + 1]
    return upto[since([each.report.found for each in upto], [subject])].begins_at


def _why(subject: Subject, window: Seen) -> str:
    for each in (*window.report.features, *window.report.predictions):
        if each.name == subject.name and subject.kind in ("drift", "prediction"):
            return cause_words(each.causes[0]) if each.causes else drift_words(each)
    checks = (each for each in window.report.checks if (each.kind, each.feature) == (subject.kind, subject.name))
    return next(map(check_words, checks), "")


def _day_words(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), _("j M Y"))
