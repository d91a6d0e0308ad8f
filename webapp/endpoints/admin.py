"""Endpoints and deployments in the administration."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey
from django.http import HttpRequest
from django.utils import timezone

from webapp.accounts.models import User
from webapp.endpoints.models import Deployment, DeploymentRole, Endpoint
from webapp.registry.models import ModelVersion, Status


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Endpoints: who may use them, and whether they are open."""

    list_display = ("name", "title", "is_active", "created_at")
    filter_horizontal = ("groups",)
    readonly_fields = ("created_at",)


@admin.register(Deployment)
class DeploymentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Deployments. A new one becomes the champion and ends the former; what was is kept as it was."""

    list_display = ("endpoint", "version", "role", "deployed_at", "deployed_by", "ended_at")
    list_filter = ("endpoint", "role")
    fields = ("endpoint", "version")

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **options: Any
    ) -> "forms.ModelChoiceField[Any] | None":
        """Offer only versions that may be deployed."""
        if db_field.name == "version":
            options["queryset"] = ModelVersion.objects.filter(status=Status.READY).select_related("model")
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_model(
        self,
        request: HttpRequest,
        obj: Deployment,
        form: "forms.ModelForm[Deployment]",
        change: bool,  # noqa: FBT001  # Django's signature
    ) -> None:
        """Deploy by the event that everybody else uses too."""
        assert isinstance(request.user, User), "Only users enter the administration"
        deployment = obj.endpoint.deploy_champion(obj.version, request.user, timezone.now())
        obj.pk, obj.role, obj.deployed_at = deployment.pk, DeploymentRole.CHAMPION, deployment.deployed_at
        obj.deployed_by, obj._state.adding = deployment.deployed_by, False  # noqa: SLF001  # the row exists by now

    def has_change_permission(self, request: HttpRequest, obj: Deployment | None = None) -> bool:
        """Nobody changes what happened."""
        return False
