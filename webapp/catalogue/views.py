"""Pages about models: those I may see, their versions side by side, one version, and the form that publishes one."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.catalogue.refusal import hint_of, reason_of
from webapp.catalogue.report import said
from webapp.catalogue.report_page import report_context
from webapp.catalogue.rows import feature_rows, model_rows, places_of, version_rows
from webapp.catalogue.wording import outcome_sentence, problem_of, state_of
from webapp.endpoints.models import Deployment
from webapp.predictions.about import about
from webapp.registry.errors import RegistryError
from webapp.registry.forms import NamedSubmissionForm, SubmissionForm, filled_in
from webapp.registry.models import ModelVersion, RegisteredModel
from webapp.registry.publishing import publish


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """List the models that this user owns or maintains, each with its newest version."""
    found = RegisteredModel.objects.visible_to(request.user).select_related("owner").with_newest_version()
    return render(request, "catalogue/models.html", {"rows": model_rows(found), "may_publish": _may_publish(request)})


@require_safe
def model(request: HttpRequest, name: str) -> HttpResponse:
    """Show the versions of a model side by side."""
    found = _model(request, name)
    versions = found.versions.select_related("model", "created_by")
    deployments = Deployment.objects.live().filter(version__model=found).select_related("endpoint")
    context = {
        "model": found,
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
    if request.method != "POST":
        words = {"title": model.title, "description": model.description} if model else {}
        return render(request, "catalogue/publish.html", context | {"form": kind(initial=words)})
    form = kind(request.POST)
    try:
        form = filled_in(kind, request)
        if form.is_valid():
            published = publish(_user(request), form.submission(model.name if model else form.cleaned_data["name"]))
            return _published(request, published)
    except RegistryError as error:
        form.add_error(None, problem_of(error))
    return render(request, "catalogue/publish.html", context | {"form": form}, status=HTTPStatus.BAD_REQUEST)


def _published(request: HttpRequest, published: ModelVersion) -> HttpResponse:
    if published.was_known:
        messages.info(request, _("These files had been published before; this is the same version."))
    return redirect("version", published.model.name, published.number)


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
