"""Users, groups and keys in the administration."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import EVERYONE, ApiKey, ApiKeys, User

admin.site.site_header = "Bastide"
admin.site.site_title = "Bastide"
admin.site.index_title = _("Administration")


@admin.register(User)
class Users(UserAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Users with their role; Django's own flags follow it and are not shown."""

    list_display = ("username", "first_name", "last_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active", "groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("What they may do"), {"fields": ("is_active", "role", "may_publish_pickles", "groups")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "role", "password1", "password2")}),)
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)


admin.site.unregister(Group)


@admin.register(Group)
class Groups(GroupAdmin):
    """Groups: all but that of everyone may go."""

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """Keep the group that every user belongs to: with it all would lose what it opens."""
        return super().has_delete_permission(request, obj) and (obj is None or obj.name != EVERYONE)

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:
        """Keep its name, too."""
        return ("name",) if obj is not None and obj.name == EVERYONE else ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out deleting several at once, which asks about none of them."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}


@admin.register(ApiKey)
class Keys(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Keys to look at and to revoke. Their owners make them: nobody else ever sees a key's text."""

    list_display = ("prefix", "label", "user", "created_at", "last_used_at", "revoked_at")
    search_fields = ("user__username", "label", "prefix")
    readonly_fields = ("user", "label", "prefix", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a key here."""
        return False

    @admin.action(description=_("Revoke the selected keys"))
    def revoke(self, request: HttpRequest, queryset: ApiKeys) -> None:
        """End keys for good."""
        now = timezone.now()
        for key in queryset:
            key.revoke(now)
        self.message_user(request, _("The keys are revoked."))
