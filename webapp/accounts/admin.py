"""Users, groups and keys in the administration."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webapp.accounts.models import ApiKey, ApiKeys, User

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
