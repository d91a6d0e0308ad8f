"""The page that compares two versions of a model, and how far its comparison has come."""

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from webapp.catalogue.comparison_words import (
    answers_sentence,
    columns_of,
    different_rows,
    figure_rows,
    gap_sentence,
    label_words,
    reason_words,
    unjudged,
)
from webapp.catalogue.side_by_side import side_by_side
from webapp.catalogue.signature_changes import signature_changes
from webapp.catalogue.wording import problem_of
from webapp.endpoints.compatibility import differences
from webapp.registry.comparing import comparable, compare, compare_again
from webapp.registry.comparisons import Stage, VersionComparison
from webapp.registry.errors import ComparisonNotSentError
from webapp.registry.models import ModelVersion, RegisteredModel
from worker.contract.comparison import Compared

ROWS_AT_ONCE: Final = 5
Pair = tuple[ModelVersion, ModelVersion]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def compare_versions(request: HttpRequest, name: str) -> HttpResponse:
    """Show two versions side by side and how their answers differ; a POST compares them again."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    numbers = _numbers(request)
    pair = _pair(model, numbers)
    if pair is None:
        return render(request, "catalogue/compare.html", {"model": model, "is_asked": any(numbers)})
    here = _address(name, pair)
    if [str(version.number) for version in pair] != numbers:
        return redirect(here)
    context: dict[str, Any] = {"model": model, "old": pair[0], "new": pair[1], "here": here}
    try:
        asked = compare(*pair, timezone.now())
        if request.method == "POST":
            compare_again(asked, timezone.now())
            return redirect(here)
    except ComparisonNotSentError as error:
        context |= {"problem": problem_of(error), **_signatures(pair, None)}
        return render(request, "catalogue/compare.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return render(request, "catalogue/compare.html", context | _told(asked, pair))


@require_safe
@never_cache
def comparison_status(request: HttpRequest, name: str) -> JsonResponse:
    """Return how far the comparison of two versions has come, for the page that waits for it."""
    model = get_object_or_404(RegisteredModel.objects.visible_to(request.user), name=name)
    pair = _pair(model, _numbers(request))
    asked = VersionComparison.objects.filter(old=pair[0], new=pair[1]).first() if pair else None
    return JsonResponse({"status": asked.stage if asked else ""})


def _numbers(request: HttpRequest) -> list[str]:
    return [request.GET.get(name, "") for name in ("from", "to")]


def _pair(model: RegisteredModel, numbers: list[str]) -> Pair | None:
    """Return two different versions, the older one first; None where that is not what was named."""
    found = {str(version.number): version for version in comparable(model)}
    chosen = sorted({number for number in numbers if number in found}, key=int)
    return (found[chosen[0]], found[chosen[1]]) if len(chosen) == 2 else None


def _address(name: str, pair: Pair) -> str:
    return f"{reverse('compare_versions', args=[name])}?{urlencode({'from': pair[0].number, 'to': pair[1].number})}"


def _told(asked: VersionComparison, pair: Pair) -> dict[str, Any]:
    context: dict[str, Any] = {"asked": asked, "is_lost": asked.is_lost(timezone.now())}
    compared = asked.compared
    if asked.stage == Stage.COMPARED and compared is not None:
        context |= _answers(compared, pair)
    if asked.reason is not None:
        said = reason_words(asked.reason)
        context |= {"reason": said or asked.reason.template, "is_reason_translated": said is not None}
    return context | _signatures(pair, compared)


def _answers(compared: Compared, pair: Pair) -> dict[str, Any]:
    old, new = pair
    unit = new.manifest.signature.output.unit
    report = new.manifest.report
    columns = columns_of(compared, report.importance if report else ())
    rows = different_rows(compared, columns, unit)
    known = compared.answers
    labels = [label_words(label) for label in known.labels] if known else []
    return {
        "compared": compared,
        "sentence": answers_sentence(compared, old.number, new.number),
        "gap": gap_sentence(compared, unit),
        "figures": figure_rows(compared.quality),
        "unjudged": unjudged(compared),
        "rows_of": compared.rows_of or new.number,
        "rows": rows[:ROWS_AT_ONCE],
        "more_rows": rows[ROWS_AT_ONCE:],
        "columns": columns,
        "labels": labels,
        "matrix": list(zip(labels, known.counts, strict=True)) if known else [],
    }


def _signatures(pair: Pair, compared: Compared | None) -> dict[str, Any]:
    before, after = (version.manifest.signature for version in pair)
    return {
        "changes": signature_changes(before, after),
        "breaks": bool(differences(before, after)),
        "facts": side_by_side(*pair, with_quality=compared is None or not compared.quality),
    }
