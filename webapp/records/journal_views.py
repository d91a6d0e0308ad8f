"""The page on which an administrator decides what the journal keeps of an endpoint's rows."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from webapp.endpoints.access import managed_endpoint
from webapp.endpoints.models import Endpoint
from webapp.predictions.fields import label_of
from webapp.records.record_views import user_of

FIELDS = ("keeps_journal", "keeps_inputs", "journal_days", "journal_megabytes")


class JournalForm(forms.ModelForm):  # type: ignore[type-arg]  # generic only for the type checker
    """What is kept, and for how long."""

    class Meta:
        model = Endpoint
        fields = FIELDS


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def journal_settings(request: HttpRequest, name: str) -> HttpResponse:
    """Show what is kept and what it costs; change it."""
    endpoint = managed_endpoint(request.user, name)
    if not user_of(request).is_admin:
        raise PermissionDenied
    form = JournalForm(request.POST or None, instance=endpoint)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid():
            changed = form.save(commit=False)
            changed.hashed_features = _hashed(request, endpoint)
            changed.save(update_fields=[*FIELDS, "hashed_features"])
            messages.success(request, _("The journal keeps this from the next request on."))
            return redirect("journal_settings", name)
        status = HTTPStatus.BAD_REQUEST
        endpoint.refresh_from_db()
    return render(request, "records/journal.html", _context(endpoint, form), status=status)


def _context(endpoint: Endpoint, form: JournalForm) -> dict[str, Any]:
    champion = endpoint.champion
    features = champion.version.manifest.signature.features if champion else ()
    names = {feature.name for feature in features}
    return {
        "endpoint": endpoint,
        "form": form,
        "features": [(each.name, label_of(each), each.name in endpoint.hashed_features) for each in features],
        "others": [name for name in endpoint.hashed_features if name not in names],
        "is_blind": not endpoint.keeps_journal,
        "is_half_blind": endpoint.keeps_journal and not endpoint.keeps_inputs,
    }


def _hashed(request: HttpRequest, endpoint: Endpoint) -> list[str]:
    """Return the features that are kept as hashes: those that were ticked, of this version's or named before."""
    champion = endpoint.champion
    known = (*(champion.version.manifest.signature.names if champion else ()), *endpoint.hashed_features)
    ticked = set(request.POST.getlist("hashed"))
    return [name for name in dict.fromkeys(known) if name in ticked]
