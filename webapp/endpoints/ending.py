"""The page on which a version is put away, brought back or deleted, each after a question."""

from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from webapp.endpoints import life
from webapp.endpoints.access import managed_version
from webapp.endpoints.errors import EndpointError
from webapp.endpoints.manage import REASON_LENGTH, user_of
from webapp.endpoints.managing import told
from webapp.registry.errors import RegistryError
from webapp.registry.models import ModelVersion

EVENTS: Final = {"retire": life.retire, "archive": life.archive, "restore": life.restore}
QUESTIONS: Final = {
    "retire": gettext_lazy("Retire %(version)s?"),
    "archive": gettext_lazy("Archive %(version)s?"),
    "restore": gettext_lazy("Restore %(version)s?"),
    "delete": gettext_lazy("Delete %(version)s?"),
}
BUTTONS: Final = {
    "retire": gettext_lazy("Retire it"),
    "archive": gettext_lazy("Archive it"),
    "restore": gettext_lazy("Restore it"),
    "delete": gettext_lazy("Delete it"),
}
WHAT: Final = {
    "retire": gettext_lazy("It is deployed no more. Its files stay, and it may be restored."),
    "archive": gettext_lazy("It is put aside. Its files stay, and it may be restored."),
    "restore": gettext_lazy("It may be deployed again; nothing is deployed by this."),
    "delete": gettext_lazy("Its files are removed for good. Its number is never used again; the audit trail stays."),
}


@never_cache
def end_version(request: HttpRequest, name: str, number: int, event: str) -> HttpResponse:
    """Ask, and do it."""
    if event not in QUESTIONS:
        raise Http404
    version = managed_version(request.user, name, number)
    context: dict[str, Any] = {
        "version": version,
        "title": QUESTIONS[event]
        % {"version": _("%(title)s, version %(number)d") % {"title": version.model.title, "number": number}},
        "what": WHAT[event],
        "button": BUTTONS[event],
        "typed_name": life.name_of(version) if event == "delete" else "",
    }
    if request.method == "POST":
        try:
            _do(request, version, event)
            return redirect("version", name, number)
        except (EndpointError, RegistryError) as error:
            context["problem"] = told(error)
    status = HTTPStatus.CONFLICT if "problem" in context else HTTPStatus.OK
    return render(request, "endpoints/confirm_end.html", context, status=status)


def _do(request: HttpRequest, version: ModelVersion, event: str) -> None:
    reason = request.POST.get("reason", "")[:REASON_LENGTH]
    if event == "delete":
        life.delete(version, user_of(request), request.POST.get("typed", ""), reason)
    else:
        EVENTS[event](version, user_of(request), reason)
