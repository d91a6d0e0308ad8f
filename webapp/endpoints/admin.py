"""Endpoints and deployments in the administration."""

from django.contrib import admin
from django.http import HttpRequest

from webapp.endpoints.models import Deployment, Endpoint


@admin.register(Endpoint)
class EndpointAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Endpoints: who may use them, and whether they are open."""

    list_display = ("name", "title", "is_active", "created_at")
    filter_horizontal = ("groups",)
    readonly_fields = ("created_at",)

    def get_readonly_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> tuple[str, ...]:
        """Keep the name of an endpoint that exists: callers use it."""
        return self.readonly_fields if obj is None else ("name", *self.readonly_fields)


@admin.register(Deployment)
class DeploymentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Deployments to look at; what was is kept as it was."""

    list_display = ("endpoint", "version", "role", "deployed_at", "deployed_by", "ended_at")
    list_filter = ("endpoint", "role")
    fields = (
        *("endpoint", "version", "role", "share", "reason", "overrode"),
        *("deployed_at", "deployed_by", "ended_at", "ended_by", "former"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody deploys here: the endpoint's own page does, with all that is to be weighed."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Deployment | None = None) -> bool:
        """Nobody changes what happened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Deployment | None = None) -> bool:
        """Nobody deletes what happened."""
        return False
