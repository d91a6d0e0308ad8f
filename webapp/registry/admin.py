"""Models and versions in the administration: to look at, for a version never changes."""

import json

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from webapp.registry.models import ModelVersion, RegisteredModel


@admin.register(RegisteredModel)
class RegisteredModels(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Models; publishing makes them."""

    list_display = ("name", "title", "owner")
    search_fields = ("name", "title")
    filter_horizontal = ("maintainers",)
    readonly_fields = ("name",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a model here: it comes with its first version."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: RegisteredModel | None = None) -> bool:
        """Nobody deletes a model: it has versions, and their numbers are never used again."""
        return False


@admin.register(ModelVersion)
class ModelVersions(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Versions with what inspection found."""

    list_display = ("model", "number", "status", "created_by", "created_at")
    list_filter = ("status", "model")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "model",
                    "number",
                    "status",
                    "reason",
                    "hint",
                    "notes",
                    "deploy_role",
                    "created_by",
                    "created_at",
                )
            },
        ),
        (None, {"fields": ("digest", "artifact", "reference", "said_at_publication", "found_by_inspection")}),
    )

    @admin.display(description=_("SHA-256 of the artifact"))
    def artifact(self, version: ModelVersion) -> str:
        """Say what the model's file is known by."""
        return version.artifact_sha256

    @admin.display(description=_("SHA-256 of the reference data"))
    def reference(self, version: ModelVersion) -> str:
        """Say what the reference data is known by."""
        return version.reference_sha256

    @admin.display(description=_("publication"))
    def said_at_publication(self, version: ModelVersion) -> SafeString:
        """Show what the publisher said, a line for each thing."""
        return _indented(version.publication_json)

    @admin.display(description=_("manifest"))
    def found_by_inspection(self, version: ModelVersion) -> SafeString:
        """Show what inspection found, a line for each thing."""
        return _indented(version.manifest_json)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a version here: publishing does."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        """Nobody changes a version: callers rely on its number."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ModelVersion | None = None) -> bool:
        """Nobody deletes a version here: its files would stay."""
        return False


def _indented(value: object) -> SafeString:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return format_html('<pre class="json" lang="en" tabindex="0">{}</pre>', text)
