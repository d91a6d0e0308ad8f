"""Jobs in the administration: to look at. Their own pages cancel and delete them, with their files."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from webapp.jobs.models import BatchJob


@admin.register(BatchJob)
class BatchJobs(admin.ModelAdmin):  # type: ignore[type-arg]  # generic only for the type checker
    """Jobs of everybody."""

    list_display = ("file_name", "endpoint", "version", "owner", "status", "rows_total", "created_at", "ended_at")
    list_filter = ("status", "endpoint")
    search_fields = ("file_name", "owner__username", "job_id")
    list_select_related = ("endpoint", "version__model", "owner")
    fields = (
        *("identifier", "file_name", "input_bytes", "endpoint", "version", "owner", "status", "attempts", "rows_total"),
        *("created_at", "started_at", "ended_at", "expires_at"),
    )

    @admin.display(description=_("identifier"))
    def identifier(self, job: BatchJob) -> str:
        """Say by what programs know it."""
        return job.job_id

    @admin.display(description=_("attempts"))
    def attempts(self, job: BatchJob) -> int:
        """Say how often it was begun."""
        return job.attempt

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a job here: it comes with a file."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: BatchJob | None = None) -> bool:
        """Nobody changes a job here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: BatchJob | None = None) -> bool:
        """Nobody deletes a job here: its files would stay."""
        return False
