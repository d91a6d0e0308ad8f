"""The pages on which what was asked lately is asked of another version, and what came of that."""

from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from webapp.accounts.models import User
from webapp.catalogue.comparison_words import columns_of, different_rows, figure_rows, gap_sentence, label_words
from webapp.endpoints.access import managed_endpoint
from webapp.endpoints.models import Endpoint
from webapp.retraining import replaying
from webapp.retraining.errors import RetrainingError
from webapp.retraining.models import LOST_AFTER, Replay, Stage
from webapp.retraining.outcome_words import reason_words
from webapp.retraining.problem_words import problem_of, status_of
from webapp.retraining.replay_words import (
    one_right_sentence,
    replay_row,
    replay_sentence,
    shift_sentence,
    span_words,
)
from worker.contract.replay import ROWS_DEFAULT, ROWS_MAX, Replayed

ROWS_AT_ONCE: Final = 5


class QuestionForm(forms.Form):
    """Which version is asked, and how many rows."""

    version = forms.IntegerField(label=_("Version"), min_value=1)
    rows = forms.IntegerField(label=_("Rows"), min_value=1, max_value=ROWS_MAX, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def replays(request: HttpRequest, name: str) -> HttpResponse:
    """Show what was replayed and what may be; asked by POST, replay."""
    endpoint = managed_endpoint(request.user, name)
    if request.method != "POST":
        return _page(request, endpoint)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        told = " ".join(f"{form[field].label}{_(': ')}{' '.join(map(str, why))}" for field, why in form.errors.items())
        return _page(request, endpoint, told, HTTPStatus.BAD_REQUEST)
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    given = form.cleaned_data
    try:
        asked = replaying.ask(
            endpoint, given["version"], request.user, timezone.now(), rows=given["rows"] or ROWS_DEFAULT
        )
    except RetrainingError as error:
        return _page(request, endpoint, problem_of(error), status_of(error))
    return redirect("replay", name=endpoint.name, replay_id=asked.replay_id)


@require_safe
@never_cache
def replay(request: HttpRequest, name: str, replay_id: str) -> HttpResponse:
    """Show what came of a replay."""
    endpoint = managed_endpoint(request.user, name)
    found = _replay(endpoint, replay_id)
    context: dict[str, Any] = {
        "endpoint": endpoint,
        "replay": found,
        "old": found.old,
        "new": found.new,
        "is_lost": found.stage == Stage.ASKED and timezone.now() - found.asked_at > LOST_AFTER,
        "reason": "" if found.reason is None else reason_words(found.reason),
    }
    replayed = found.replayed
    if replayed is not None:
        context |= _told(found, replayed)
    return render(request, "retraining/replay.html", context)


@require_safe
@never_cache
def replay_status(request: HttpRequest, name: str, replay_id: str) -> JsonResponse:
    """Return how far a replay has come, for the page that waits for it."""
    return JsonResponse({"status": _replay(managed_endpoint(request.user, name), replay_id).stage})


def _replay(endpoint: Endpoint, replay_id: str) -> Replay:
    known = Replay.objects.select_related("old__model", "new__model", "asked_by")
    return get_object_or_404(known, endpoint=endpoint, replay_id=replay_id)


def _told(replay: Replay, replayed: Replayed) -> dict[str, Any]:
    compared, unit = replayed.compared, replay.new.manifest.signature.output.unit
    report = replay.new.manifest.report
    columns = columns_of(compared, report.importance if report else ())
    rows = list(zip(different_rows(compared, columns, unit), replayed.requests, strict=False))
    labels = [label_words(label) for label in compared.answers.labels] if compared.answers else []
    return {
        "compared": compared,
        "sentence": replay_sentence(replayed, replay.old.number, replay.new.number),
        "span": span_words(replayed),
        "gap": gap_sentence(compared, unit),
        "shift": shift_sentence(replayed, unit),
        "one_right": one_right_sentence(replayed, replay.old.number, replay.new.number),
        "figures": figure_rows(compared.quality),
        "rows": rows[:ROWS_AT_ONCE],
        "more_rows": rows[ROWS_AT_ONCE:],
        "columns": columns,
        "labels": labels,
        "matrix": list(zip(labels, compared.answers.counts, strict=True)) if compared.answers else [],
    }


def _page(
    request: HttpRequest, endpoint: Endpoint, problem: str = "", status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    known = endpoint.replays.select_related("old", "new", "asked_by")
    context = {
        "endpoint": endpoint,
        "champion": endpoint.champion,
        "problem": problem,
        "others": replaying.others(endpoint),
        "rows": request.POST.get("rows", str(ROWS_DEFAULT)),
        "rows_max": ROWS_MAX,
        "replays": [replay_row(each, timezone.now()) for each in known],
    }
    return render(request, "retraining/replays.html", context, status=status)
