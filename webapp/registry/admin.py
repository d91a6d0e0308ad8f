"""Models and versions in the administration: to look at, for a version never changes."""

from django.contrib import admin
from django.http import HttpRequest

from webapp.registry.models import ModelVersion, RegisteredModel


@admin.register(RegisteredModel)
class RegisteredModels(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Models; publishing makes them."""

    list_display = ("name", "title", "owner")
    readonly_fields = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a model here: it comes with its first version."""
        return False


@admin.register(ModelVersion)
class ModelVersions(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Versions with what inspection found."""

    list_display = ("model", "number", "status", "created_by", "created_at")
    list_filter = ("status", "model")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a version here: publishing does."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        """Nobody changes a version: callers rely on its number."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        """Nobody deletes a version here: its files would stay."""
        return False
