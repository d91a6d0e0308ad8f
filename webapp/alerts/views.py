"""The pages of alerts: all that are open, and each with its history and the answers of people."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.models import User
from webapp.alerts.access import alert_of, managed
from webapp.alerts.deliveries import Delivery
from webapp.alerts.digests import remember_language
from webapp.alerts.models import Alert
from webapp.alerts.rows import alert_row, alert_rows, delivery_rows, event_rows
from webapp.alerts.wording import advice, cause_rows
from webapp.audit.models import Action, AuditEvent, Entry
from webapp.endpoints.models import Endpoint

SHOWN_MAX: Final = 200
ENDED_SHOWN: Final = 50
WORDS_LENGTH: Final = 2000
MUTED_FOR_MAX: Final = timedelta(days=90)
DATE_INPUT: Final = {"class": "form-control", "type": "date"}


class AnswerForm(forms.Form):
    """What somebody says of an alert: that they have seen it, or what they did."""

    action = forms.ChoiceField(choices=[("acknowledge", ""), ("done", "")])
    words = forms.CharField(
        label=_("In your words"),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Return both. Raise ValidationError where somebody did something and does not say what."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("action") == "done" and not cleaned.get("words"):
            self.add_error("words", _("Say what you did, for those who look at this later."))
        return cleaned


class MuteForm(forms.Form):
    """Until which day nothing is sent of an alert; without one it is told of again."""

    until = forms.DateField(
        label=_("Send nothing until"), required=False, widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d")
    )

    def clean_until(self) -> date | None:
        """Return the day. Raise ValidationError for one that is over or far away."""
        until: date | None = self.cleaned_data["until"]
        require_near(until, timezone.localdate())
        return until


def require_near(until: date | None, today: date) -> None:
    """Raise ValidationError unless nothing may be sent until this day."""
    if until is not None and not today < until <= today + MUTED_FOR_MAX:
        raise forms.ValidationError(_("Choose a day from tomorrow on, and within 90 days."))


@require_safe
@never_cache
def alerts(request: HttpRequest) -> HttpResponse:
    """List the alerts of all endpoints that somebody manages: those that are open, and those that ended lately."""
    remember_language(user_of(request), get_language() or "")
    endpoints = managed(request.user, Endpoint.objects.filter(alerts__isnull=False).distinct())
    known = Alert.objects.filter(endpoint__in=endpoints).select_related(
        "endpoint", "version__model", "window", "acknowledged_by"
    )
    deliveries = Delivery.objects.troubled(timezone.now()).filter(digest__endpoint__in=endpoints)
    context: dict[str, Any] = {
        "open": alert_rows(known.open().order_by("acknowledged_at", "-opened_at")[:SHOWN_MAX]),
        "ended": alert_rows(known.filter(closed_at__isnull=False).order_by("-closed_at")[:ENDED_SHOWN]),
        "deliveries": delivery_rows(deliveries.select_related("digest__endpoint")[:ENDED_SHOWN]),
    }
    context["waiting"] = sum(1 for row in context["open"] if row.alert.acknowledged_at is None)
    return render(request, "alerts/alerts.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one alert with its history, and take in what somebody says of it."""
    found = alert_of(request.user, pk)
    is_muting = request.POST.get("action") == "mute"
    answer = AnswerForm(request.POST if request.method == "POST" and not is_muting else None)
    mute = MuteForm(request.POST if is_muting else None, initial={"until": found.muted_until})
    if is_muting and mute.is_valid():
        _mute(request, found, mute.cleaned_data["until"])
        return redirect("alert", pk)
    if answer.is_bound and answer.is_valid():
        _take(request, found, answer.cleaned_data["action"], answer.cleaned_data["words"])
        return redirect("alert", pk)
    status = 400 if request.method == "POST" else 200
    return render(request, "alerts/alert.html", _context(found) | {"answer": answer, "mute": mute}, status=status)


def _context(found: Alert) -> dict[str, Any]:
    deliveries = Delivery.objects.filter(digest__events__alert=found).select_related("digest__endpoint").distinct()
    return {
        "alert": found,
        "row": alert_row(found),
        "causes": cause_rows(found),
        "advice": advice(found) if found.is_open else [],
        "events": event_rows(found),
        "deliveries": delivery_rows(deliveries[:ENDED_SHOWN]),
    }


@transaction.atomic
def _take(request: HttpRequest, found: Alert, action: str, words: str) -> None:
    by, now = user_of(request), timezone.now()
    if action == "done":
        found.note_done(by, words, now)
    else:
        found.acknowledge(by, words, now)
    entry = Entry(action=Action.ALERT_ANSWERED, endpoint=found.endpoint.name, reason=words, after={"rule": found.rule})
    AuditEvent.objects.record(entry)


@transaction.atomic
def _mute(request: HttpRequest, found: Alert, until: date | None) -> None:
    before = found.muted_until
    found.mute(user_of(request), until, timezone.now())
    facts = [{"muted_until": day.isoformat()} if day else {} for day in (before, until)]
    entry = Entry(
        action=Action.ALERT_MUTED, endpoint=found.endpoint.name, before=facts[0], after={"rule": found.rule} | facts[1]
    )
    AuditEvent.objects.record(entry)


def user_of(request: HttpRequest) -> User:
    """Return who asks. Every view here stands behind the log-in."""
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    return request.user
