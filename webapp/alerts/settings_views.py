"""The page on which an endpoint's people say who is told of its alerts, how, and of which."""

from datetime import date
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webapp.accounts.models import Role, User
from webapp.alerts.models import SILENT_DAYS_MAX, AlertSettings
from webapp.alerts.noticing import settings_of
from webapp.alerts.sightings import Rule
from webapp.alerts.signed_posts import secret_of
from webapp.alerts.views import DATE_INPUT, require_near
from webapp.alerts.wording import MEANINGS, NAMES
from webapp.endpoints.access import managed_endpoint
from webapp.endpoints.models import Endpoint
from webapp.jobs.webhooks import LENGTH_MAX, is_allowed

SWITCHED: Final = tuple(rule for rule in Rule if rule is not Rule.SILENT)
"""Rules with a switch; how long silence may be is a number."""


class AlertSettingsForm(forms.Form):
    """Who is told, how, and of which rules."""

    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    mail = forms.BooleanField(label=_("Send the owner a mail"), required=False)
    webhook = forms.CharField(
        label=_("Webhook"),
        required=False,
        max_length=LENGTH_MAX,
        widget=forms.URLInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    new_secret = forms.BooleanField(label=_("Make a new secret"), required=False)
    rules = forms.MultipleChoiceField(
        label=_("Rules"), required=False, choices=[(rule.value, NAMES[rule]) for rule in SWITCHED]
    )
    silent_days = forms.IntegerField(
        label=_("Days without a row"),
        required=False,
        min_value=1,
        max_value=SILENT_DAYS_MAX,
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "numeric", "autocomplete": "off"}),
    )
    muted_until = forms.DateField(
        label=_("Send nothing until"), required=False, widget=forms.DateInput(attrs=DATE_INPUT, format="%Y-%m-%d")
    )

    def __init__(self, *arguments: Any, people: "models.QuerySet[User]", **options: Any) -> None:
        super().__init__(*arguments, **options)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField), "It is declared so above"
        owner.queryset = people
        owner.empty_label = str(_("whoever promoted the version that answers"))

    def clean_webhook(self) -> str:
        """Return the address. Raise ValidationError for one that no administrator allows."""
        url: str = self.cleaned_data["webhook"].strip()
        if url and url != self.initial.get("webhook") and not is_allowed(url, settings.WEBHOOK_HOSTS):
            raise forms.ValidationError(
                _(
                    "This is no address such as https://host/path of a host that an administrator allows with "
                    "BASTIDE_WEBHOOK_HOSTS."
                )
            )
        return url

    def clean_muted_until(self) -> date | None:
        """Return the day. Raise ValidationError for one that is over or far away."""
        until: date | None = self.cleaned_data["muted_until"]
        if until != self.initial.get("muted_until"):
            require_near(until, timezone.localdate())
        return until

    def apply(self, wishes: AlertSettings) -> None:
        """Keep what was said, and have the endpoint judged anew."""
        said = self.cleaned_data
        wishes.owner, wishes.mail, wishes.webhook = said["owner"], said["mail"], said["webhook"]
        wishes.rules_off = [rule.value for rule in SWITCHED if rule.value not in said["rules"]]
        wishes.silent_days, wishes.muted_until = said["silent_days"], said["muted_until"]
        wishes.webhook_round += said["new_secret"]
        wishes.judged_at = None
        wishes.save()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alert_settings(request: HttpRequest, name: str) -> HttpResponse:
    """Show and change how an endpoint's alerts are handled."""
    endpoint = managed_endpoint(request.user, name)
    wishes = settings_of(endpoint)
    form = AlertSettingsForm(request.POST or None, people=_people(endpoint), initial=_initial(wishes))
    if request.method == "POST" and form.is_valid():
        form.apply(wishes)
        messages.success(request, _("This is kept."))
        return redirect("alert_settings", name)
    context = {
        "endpoint": endpoint,
        "wishes": wishes,
        "form": form,
        "rules": [(rule.value, NAMES[rule], MEANINGS[rule], rule.value in _chosen(form)) for rule in SWITCHED],
        "secret": secret_of(wishes) if wishes.webhook else "",
        "told": wishes.told,
        "sends_mail": bool(settings.MAIL_FROM),
    }
    return render(request, "alerts/settings.html", context, status=400 if form.errors else 200)


def _chosen(form: AlertSettingsForm) -> list[str]:
    return form["rules"].value() or []


def _initial(wishes: AlertSettings) -> dict[str, Any]:
    names = ("owner", "mail", "webhook", "silent_days", "muted_until")
    known = {name: getattr(wishes, name) for name in names}
    return known | {"rules": [rule.value for rule in SWITCHED if rule.value not in wishes.rules_off]}


def _people(endpoint: Endpoint) -> "models.QuerySet[User]":
    """Return who may own an endpoint: administrators, and those who manage the model behind it."""
    model = endpoint.model
    may = Q(role=Role.ADMIN)
    if model is not None:
        may |= Q(pk=model.owner_id) | Q(pk__in=model.maintainers.values("pk"))
    return User.objects.filter(may, is_active=True).order_by("username")
