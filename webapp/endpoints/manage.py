"""The pages on which an endpoint is managed: what stands behind it, and each change with its confirmation."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.audit.models import AuditEvent
from webapp.endpoints.access import managed_endpoint
from webapp.endpoints.deploying import champion_before, deploy, rollback, withdraw
from webapp.endpoints.errors import EndpointError
from webapp.endpoints.managing import WHAT_IT_DOES, candidates, history_of, live_of, preview, summary, told
from webapp.endpoints.models import DeploymentRole, Endpoint
from webapp.endpoints.orders import LOAD_MAX, SHARES, WHOLE, Order
from webapp.registry.errors import RegistryError
from webapp.registry.models import ModelVersion, Status

EVENTS_SHOWN = 20
REASON_LENGTH = 2000


class ChoiceForm(forms.Form):
    """Which version is to play which part."""

    version = forms.IntegerField(label=_("Version"), min_value=1)
    role = forms.ChoiceField(label=_("Role"), choices=DeploymentRole.choices)
    share = forms.IntegerField(label=_("Share (%)"), required=False, min_value=1, max_value=WHOLE)
    load = forms.FloatField(label=_("Expected load"), required=False, min_value=0, max_value=LOAD_MAX, localize=True)

    def problems(self) -> str:
        """Return what is wrong, each field by its name."""
        told = [f"{self[name].label}{_(': ')}{' '.join(map(str, errors))}" for name, errors in self.errors.items()]
        return " ".join([str(_("Nothing was changed.")), *told])


class DecisionForm(forms.Form):
    """Why, and whether objections are overruled; `champion` is the one that the page showed."""

    reason = forms.CharField(label=_("Why?"), required=False, max_length=REASON_LENGTH)
    override = forms.BooleanField(required=False)
    champion = forms.IntegerField(min_value=0)


@require_safe
@never_cache
def manage(request: HttpRequest, name: str) -> HttpResponse:
    """Show what stands and stood behind an endpoint, and what may be changed."""
    endpoint = managed_endpoint(request.user, name)
    live = live_of(endpoint)
    context = {
        "endpoint": endpoint,
        "live": live,
        "sentence": summary(live),
        "state": "good" if any(each.role == DeploymentRole.CHAMPION for each in live) else "warning",
        "may_go_back": champion_before(endpoint) is not None,
        "history": history_of(endpoint),
        "candidates": candidates(endpoint),
        "roles": [(role.value, role.label, WHAT_IT_DOES[role]) for role in DeploymentRole],
        "chosen": request.GET.get("version", ""),
        "events": AuditEvent.objects.about_endpoint(endpoint.name)[:EVENTS_SHOWN],
    }
    return render(request, "endpoints/manage.html", context)


@never_cache
def deploy_version(request: HttpRequest, name: str) -> HttpResponse:
    """Show what deploying a version would need and meet; deploy it when that is confirmed."""
    endpoint = managed_endpoint(request.user, name)
    choice = ChoiceForm(request.GET)
    if not choice.is_valid():
        messages.error(request, choice.problems())
        return redirect("manage_endpoint", name)
    role = DeploymentRole(choice.cleaned_data["role"])
    version = _version(endpoint, choice.cleaned_data["version"])
    share = choice.cleaned_data["share"] or (10 if role == DeploymentRole.CHALLENGER else WHOLE)
    if role == DeploymentRole.CHAMPION:
        share = WHOLE
    context = {"version": version, "role": role, "share": share, "shares": SHARES[role], "does": WHAT_IT_DOES[role]}
    load = choice.cleaned_data["load"]
    order = Order(version=version, by=user_of(request), role=role, share=share, expected_per_s=load)
    decision = DecisionForm(request.POST or None)
    if request.method == "POST" and decision.is_valid():
        said = decision.cleaned_data
        decided = replace(order, reason=said["reason"], override=said["override"])
        try:
            deploy(endpoint, decided, timezone.now(), champion_seen=said["champion"])
            return redirect("manage_endpoint", name)
        except (EndpointError, RegistryError) as error:
            context["problem"] = told(error)
    return _ask(request, "endpoints/confirm_deploy.html", endpoint, context | {"preview": preview(endpoint, order)})


@never_cache
def roll_back(request: HttpRequest, name: str) -> HttpResponse:
    """Ask whether to go back to the champion before, and do it."""
    endpoint = managed_endpoint(request.user, name)
    context: dict[str, Any] = {}
    decision = DecisionForm(request.POST or None)
    if request.method == "POST" and decision.is_valid():
        said = decision.cleaned_data
        try:
            rollback(endpoint, user_of(request), timezone.now(), reason=said["reason"], champion_seen=said["champion"])
            return redirect("manage_endpoint", name)
        except EndpointError as error:
            context["problem"] = told(error)
    return _ask(request, "endpoints/confirm_rollback.html", endpoint, context | {"target": champion_before(endpoint)})


@never_cache
def withdraw_deployment(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Ask whether to withdraw a deployment, and do it."""
    endpoint = managed_endpoint(request.user, name)
    deployment = get_object_or_404(endpoint.deployments.select_related("endpoint", "version__model"), pk=pk)
    context: dict[str, Any] = {"deployment": deployment}
    if request.method == "POST":
        try:
            withdraw(deployment, user_of(request), timezone.now(), request.POST.get("reason", "")[:REASON_LENGTH])
            return redirect("manage_endpoint", name)
        except EndpointError as error:
            context["problem"] = told(error)
    return _ask(request, "endpoints/confirm_withdraw.html", endpoint, context)


def user_of(request: HttpRequest) -> User:
    """Return who asks. Every view here stands behind the log-in."""
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    return request.user


def _version(endpoint: Endpoint, number: int) -> ModelVersion:
    versions = ModelVersion.objects.select_related("model").filter(status=Status.READY)
    return get_object_or_404(versions, model=endpoint.model, number=number)


def _ask(request: HttpRequest, template: str, endpoint: Endpoint, context: dict[str, Any]) -> HttpResponse:
    champion = endpoint.champion
    status = HTTPStatus.CONFLICT if "problem" in context else HTTPStatus.OK
    known = {"endpoint": endpoint, "champion": champion, "champion_seen": champion.pk if champion else 0}
    return render(request, template, known | context, status=status)
