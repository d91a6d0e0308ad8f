"""Pages about models: those I may see, their versions side by side, one version, and the form that publishes one."""

from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.catalogue.refusal import hint_of, reason_of
from webapp.catalogue.report import said
from webapp.catalogue.report_page import report_context
from webapp.catalogue.rows import feature_rows, model_rows, places_of, version_rows
from webapp.catalogue.wording import outcome_sentence, problem_of, state_of
from webapp.endpoints.models import Deployment, Deployments
from webapp.predictions.about import about
from webapp.registry.errors import RegistryError
from webapp.registry.forms import NamedSubmissionForm, SubmissionForm, filled_in, said_before
from webapp.registry.models import ModelVersion, RegisteredModel
from webapp.registry.publishing import publish

FOLDED_AWAY: Final = ("units", "categories", "text", "output_name", "output_unit")
"""What most publishers leave empty; the form unfolds it where something stands there."""


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """List the models that this user owns or maintains, each with how it is."""
    found = RegisteredModel.objects.visible_to(request.user).select_related("owner").with_newest_version()
    context = {"rows": model_rows(found, _champions()), "may_publish": _may_publish(request)}
    return render(request, "catalogue/models.html", context)


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """Show the versions of a model side by side."""
    found = _model(request, name)
    versions = found.versions.select_related("model", "created_by")
    deployments = Deployment.objects.live().filter(version__model=found).select_related("endpoint")
    context = {
        "model": found,
        "row": model_rows([found], _champions())[0],
        "rows": version_rows(versions, deployments),
        "may_publish": RegisteredModel.objects.manageable_by(request.user).filter(pk=found.pk).exists(),
    }
    return render(request, "catalogue/model.html", context)


@require_safe
@never_cache
def version(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show how far a version has come; when it is ready, what inspection found."""
    found = _version(request, name, number)
    deployments = Deployment.objects.live().filter(version=found).select_related("endpoint")
    context: dict[str, Any] = {
        "version": found,
        "state": state_of(found),
        "sentence": outcome_sentence(found),
        "reason": reason_of(found),
        "hint": hint_of(found),
        "places": places_of(deployments),
        "is_known": "known" in request.GET,
        "may_publish": RegisteredModel.objects.manageable_by(request.user).filter(pk=found.model_id).exists(),
    }
    if found.manifest_json is not None:
        manifest = found.manifest
        context |= {"manifest": manifest, "about": about(manifest), "features": feature_rows(manifest.signature)}
        context["report"] = said(manifest.report) if manifest.report else None
    return render(request, "catalogue/version.html", context)


@require_safe
@never_cache
def version_report(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Show the admission report of a version that was accepted."""
    found = _version(request, name, number)
    if found.manifest_json is None:
        return redirect("version", name, number)
    return render(request, "catalogue/report.html", {"version": found, **report_context(found)})


@require_safe
@never_cache
def version_status(request: HttpRequest, name: str, number: int) -> JsonResponse:
    """Return the status of a version, for the page that waits for it."""
    return JsonResponse({"status": _version(request, name, number).status})


def publish_model(request: HttpRequest) -> HttpResponse:
    """Publish the first version of a model."""
    if not _may_publish(request):
        raise PermissionDenied
    return _publishing(request, NamedSubmissionForm, None)


def publish_version(request: HttpRequest, name: str) -> HttpResponse:
    """Publish another version of a model."""
    found = get_object_or_404(RegisteredModel.objects.manageable_by(request.user), name=name)
    return _publishing(request, SubmissionForm, found)


def _publishing(request: HttpRequest, kind: type[SubmissionForm], model: RegisteredModel | None) -> HttpResponse:
    context = {"model": model, "bytes_max": settings.UPLOAD_BYTES_MAX, "title": _("Publish a model")}
    if model:
        context["is_served"] = _champions().filter(version__model=model).exists()
    if request.method != "POST":
        return render(request, "catalogue/publish.html", context | _filled_in_before(kind, model))
    form = kind(request.POST)
    try:
        form = filled_in(kind, request)
        if form.is_valid():
            published = publish(_user(request), form.submission(model.name if model else form.cleaned_data["name"]))
            return _published(published)
    except RegistryError as error:
        form.add_error(None, problem_of(error))
    return render(request, "catalogue/publish.html", context | {"form": form}, status=HTTPStatus.BAD_REQUEST)


def _published(published: ModelVersion) -> HttpResponse:
    # In the address and not in a message: the script that sends the files follows the redirection once by itself.
    known = "?known" if published.was_known else ""
    return redirect(reverse("version", args=[published.model.name, published.number]) + known)


def _filled_in_before(kind: type[SubmissionForm], model: RegisteredModel | None) -> dict[str, Any]:
    words = said_before(model) if model else {}
    newest = model.newest_version if model else None
    return {
        "form": kind(initial=words),
        "filled_from": newest.number if newest else None,
        "has_columns": any(words.get(name) for name in FOLDED_AWAY),
    }


def _champions() -> Deployments:
    return Deployment.objects.live_champions().select_related("version", "endpoint")


def _model(request: HttpRequest, name: str) -> RegisteredModel:
    return get_object_or_404(RegisteredModel.objects.visible_to(request.user).select_related("owner"), name=name)


def _version(request: HttpRequest, name: str, number: int) -> ModelVersion:
    versions = ModelVersion.objects.filter(model__in=RegisteredModel.objects.visible_to(request.user))
    return get_object_or_404(versions.select_related("model", "created_by"), model__name=name, number=number)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    return request.user


def _may_publish(request: HttpRequest) -> bool:
    return _user(request).may_publish
