"""The page on which answered rows are taken out to train on, and their files."""

from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.models import User
from webapp.endpoints.access import managed_endpoint
from webapp.endpoints.models import Endpoint
from webapp.retraining import exporting
from webapp.retraining.errors import RetrainingError
from webapp.retraining.export_words import FORMATS, export_row
from webapp.retraining.exporting import Wish, served
from webapp.retraining.models import Export
from webapp.retraining.problem_words import problem_of, status_of
from worker.contract.export import ROWS_MAX, ExportFormat

DAYS: Final = (MinValueValidator(date(1970, 1, 1)), MaxValueValidator(date(2999, 12, 31)))
"""Days of which there is a next one, in milliseconds since 1970."""


class WishForm(forms.Form):
    """Which rows are wanted, and how they are written."""

    format = forms.ChoiceField(label=_("Format"), choices=list(FORMATS.items()))
    begins_on = forms.DateField(label=_("From"), required=False, validators=DAYS)
    ends_on = forms.DateField(label=_("Until, with that day"), required=False, validators=DAYS)
    versions = forms.TypedMultipleChoiceField(label=_("Versions"), required=False, coerce=int)
    with_truth = forms.BooleanField(required=False)
    rows = forms.IntegerField(label=_("Rows at most"), required=False, min_value=1, max_value=ROWS_MAX)

    def __init__(self, data: QueryDict, numbers: list[int]) -> None:
        super().__init__(data)
        self.fields["versions"].choices = [(number, str(number)) for number in numbers]  # type: ignore[attr-defined]  # a field of choices

    def wish(self) -> Wish:
        """Return what is wanted."""
        given = self.cleaned_data
        return Wish(
            format=ExportFormat(given["format"]),
            begins_at=_midnight(given["begins_on"]) if given["begins_on"] else None,
            ends_at=_midnight(given["ends_on"] + timedelta(days=1)) if given["ends_on"] else None,
            versions=given["versions"],
            with_truth=given["with_truth"],
            rows=given["rows"] or ROWS_MAX,
        )

    def problem(self) -> str:
        """Return what is wrong, each field by its name."""
        return " ".join(
            f"{self[name].label}{_(': ')}{' '.join(map(str, errors))}" for name, errors in self.errors.items()
        )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def exports(request: HttpRequest, name: str) -> HttpResponse:
    """Show what was taken out and what may be; asked by POST, take rows out."""
    endpoint = managed_endpoint(request.user, name)
    if request.method != "POST":
        return _page(request, endpoint)
    form = WishForm(request.POST, [version.number for version in served(endpoint)])
    if not form.is_valid():
        return _page(request, endpoint, form.problem(), HTTPStatus.BAD_REQUEST)
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    try:
        exporting.ask(endpoint, form.wish(), request.user, timezone.now())
    except RetrainingError as error:
        return _page(request, endpoint, problem_of(error), status_of(error))
    return redirect("exports", name=endpoint.name)


@require_safe
@never_cache
def export_status(request: HttpRequest, name: str) -> JsonResponse:
    """Return whether a file is being written, for the page that waits for it."""
    endpoint = managed_endpoint(request.user, name)
    return JsonResponse({"status": "writing" if _is_waited_for(endpoint) else ""})


@require_safe
@never_cache
def export_file(request: HttpRequest, name: str, export_id: str) -> FileResponse | HttpResponse:
    """Hand out the file of an export."""
    endpoint = managed_endpoint(request.user, name)
    export = get_object_or_404(Export, endpoint=endpoint, export_id=export_id)
    try:
        return exporting.download(export)
    except RetrainingError as error:
        return _page(request, endpoint, problem_of(error), status_of(error))


def _is_waited_for(endpoint: Endpoint) -> bool:
    return endpoint.exports.under_way(timezone.now()).exists()


def _page(
    request: HttpRequest, endpoint: Endpoint, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    now = timezone.now()
    context = {
        "endpoint": endpoint,
        "champion": endpoint.champion,
        "problem": problem,
        "formats": list(FORMATS.items()),
        "numbers": sorted({version.number for version in served(endpoint)}),
        "given": request.POST,
        "chosen": request.POST.getlist("versions"),
        "rows_max": ROWS_MAX,
        "exports": [export_row(export, now) for export in endpoint.exports.select_related("asked_by", "endpoint")],
        "is_waiting": _is_waited_for(endpoint),
        "hashed": endpoint.hashed_features,
    }
    return render(request, "retraining/exports.html", context, status=status)
