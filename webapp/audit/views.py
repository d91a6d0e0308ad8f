"""The audit trail for administrators: filtered on a page, or whole as CSV. To others it is absent."""

import csv
import json
from collections.abc import Iterator
from functools import partial

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.audit.models import OWN_CHECKS, Action, AuditEvent, AuditEvents

PAGE_SIZE = 100
COLUMNS = ("at", "by", "address", "action", "model", "version", "endpoint", "person", "reason", "before", "after")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would compute a cell that begins so."""


_text = partial(
    forms.CharField, required=False, max_length=150, widget=forms.TextInput(attrs={"class": "form-control"})
)
_day = partial(
    forms.DateField,
    required=False,
    input_formats=["%Y-%m-%d"],
    widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
)


class FilterForm(forms.Form):
    """Which events are shown."""

    action = forms.ChoiceField(
        choices=[("", _("everything")), *Action.choices],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    by = _text(label=_("Who"))
    person = _text(label=_("To whom"))
    model = _text(label=_("Model"))
    endpoint = _text(label=_("Endpoint"))
    since = _day(label=_("From"))
    until = _day(label=_("Until"))
    checks = forms.BooleanField(required=False)

    @property
    def wants_checks(self) -> bool:
        """Whether checks of the box's own are asked for; without that a page does not show them."""
        return self.is_valid() and (self.cleaned_data["checks"] or self.cleaned_data["action"] in OWN_CHECKS)

    def chosen(self) -> AuditEvents:
        """Return the events that pass, all of them where the filter is not valid; checks of the box's own as well."""
        events = AuditEvent.objects.all()
        wanted = self.cleaned_data if self.is_valid() else {}
        for name in ("action", "by", "person", "model", "endpoint"):
            if wanted.get(name):
                events = events.filter(**{name: wanted[name]})
        if wanted.get("since"):
            events = events.filter(at__date__gte=wanted["since"])
        if wanted.get("until"):
            events = events.filter(at__date__lte=wanted["until"])
        return events


@require_safe
@never_cache
def trail(request: HttpRequest) -> HttpResponse:
    """Show the events, the newest first."""
    _admins_only(request)
    form = FilterForm(request.GET)
    found = form.chosen()
    events = found if form.wants_checks else found.of_people()
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "texts": [form[name] for name in form.fields if name not in {"action", "checks"}],
        "total": (total := events.count()),
        "checks_left_out": found.count() - total,
        "page": Paginator(events, PAGE_SIZE).get_page(request.GET.get("page")),
        "query": query.urlencode(),
    }
    return render(request, "audit/trail.html", context)


@require_safe
@never_cache
def trail_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out the events that pass the filter, however many."""
    _admins_only(request)
    events = FilterForm(request.GET).chosen()
    response = StreamingHttpResponse(_lines(events), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return response


class _Echo:
    def write(self, line: str) -> str:
        return line


def _lines(events: AuditEvents) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=1000):
        yield writer.writerow([_cell(getattr(event, name)) for name in COLUMNS])


def _cell(value: object) -> str:
    text = "" if value is None else json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _admins_only(request: HttpRequest) -> None:
    if not (isinstance(request.user, User) and request.user.is_admin):
        raise Http404
