"""Alerts as rows of tables, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.alerts.deliveries import Delivery, Progress
from webapp.alerts.digests import NO_ADDRESS, NOT_ALLOWED
from webapp.alerts.models import Alert, AlertEvent
from webapp.alerts.sightings import Rule
from webapp.alerts.wording import NAMES, alert_words, budget_words

SIGNS: Final = {
    Rule.CHANGED: "bad",
    Rule.DATA_FAULT: "bad",
    Rule.WORSE: "bad",
    Rule.BIASED: "warning",
    Rule.LOOK_FAILED: "warning",
    Rule.LOOK_MISSING: "warning",
    Rule.SILENT: "warning",
}
PROGRESS_SIGNS: Final = {
    Progress.WAITING: "busy",
    Progress.UNDER_WAY: "busy",
    Progress.SENT: "good",
    Progress.FAILED: "bad",
    Progress.UNCERTAIN: "warning",
}
PROBLEMS: Final = {
    NO_ADDRESS: gettext_lazy("The account has no e-mail address, or is not active; an administrator enters it."),
    NOT_ALLOWED: gettext_lazy("No administrator allows this host: sudo bastide config set BASTIDE_WEBHOOK_HOSTS HOST"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRow:
    """One alert: its state, what it is about, and what somebody said."""

    alert: Alert
    name: str
    state: str
    words: str
    answer: str
    worn: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRow:
    """One delivery, and why it did not arrive."""

    delivery: Delivery
    state: str
    words: str
    problem: str


def alert_rows(alerts: Iterable[Alert]) -> list[AlertRow]:
    """Return alerts as rows."""
    return [alert_row(alert) for alert in alerts]


def alert_row(alert: Alert) -> AlertRow:
    """Return an alert as a row."""
    rule = Rule(alert.rule)
    return AlertRow(
        alert=alert,
        name=str(NAMES[rule]),
        state=SIGNS[rule] if alert.is_open else "unknown",
        words=alert_words(alert),
        answer=_answer(alert),
        worn=budget_words(alert) if alert.is_open else "",
    )


def _answer(alert: Alert) -> str:
    if not alert.is_open:
        return str(alert.get_closed_why_display())
    if alert.acknowledged_at is None:
        return _("nobody has answered")
    by = alert.acknowledged_by
    return _("seen by %(name)s") % {"name": by.get_username() if by else "—"}


def event_rows(alert: Alert) -> list[tuple[AlertEvent, str]]:
    """Return the history of an alert: its events, each with what it is called."""
    return [(event, str(event.get_kind_display())) for event in alert.events.select_related("by", "digest")]


def delivery_rows(deliveries: Iterable[Delivery]) -> list[DeliveryRow]:
    """Return deliveries as rows."""
    return [
        DeliveryRow(
            delivery=each,
            state=PROGRESS_SIGNS[Progress(each.progress)],
            words=str(each.get_progress_display()),
            problem=str(PROBLEMS.get(each.problem, each.problem)),
        )
        for each in deliveries
    ]
