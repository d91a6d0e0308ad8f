"""The page on which recorded predictions are found: one's own, and everybody's for those who manage the endpoint."""

import math
from http import HTTPStatus
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.predictions.fields import label_of
from webapp.predictions.telling import outcome_form
from webapp.records import found_rows
from webapp.records.asked_again import ask_again, versions_to_ask
from webapp.records.data_plane_words import TEMPLATES
from webapp.records.searches import SearchAwayError, found, own_rows, search_for
from webapp.sentences import say
from worker.contract.records import BY_RANGE, MISSING, RANGE, FindOutcome, FindRequest, RecordedRow, Selector
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST

ID_LENGTH_MAX: Final = 200
LOOKS: Final = {
    BY_REQUEST: gettext_lazy("the id of the request"),
    BY_KEY: gettext_lazy("the identifier in the file of a job"),
    BY_FEATURE: gettext_lazy("the value of a feature"),
    BY_RANGE: gettext_lazy("the range of a feature"),
}
OF_FEATURES: Final = frozenset({BY_FEATURE, BY_RANGE})


@require_safe
@never_cache
def records(request: HttpRequest, name: str) -> HttpResponse:
    """Show the rows that somebody looks for, or one's own last ones; a single one as a whole."""
    endpoint = readable_endpoint(request, name)
    context = _form(request, endpoint)
    search = search_of(request.GET, user_of(request), endpoint)
    if search is None:
        return render(request, "records/records.html", context | {"problem": _("Say what to look for.")})
    try:
        outcome = found(search)
    except SearchAwayError:
        context |= {"problem": _("The journal cannot be asked at the moment. Try again in a minute.")}
        return render(request, "records/records.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    if outcome is None:
        return render(request, "records/records.html", context | {"is_looking": True})
    return render(request, "records/records.html", context | _told(request, endpoint, outcome))


@require_safe
@never_cache
def records_status(request: HttpRequest, name: str) -> JsonResponse:
    """Return whether the rows are found that somebody looks for, for the page that waits for them."""
    search = search_of(request.GET, user_of(request), readable_endpoint(request, name))
    try:
        is_looking = search is not None and found(search, wait_s=0.0) is None
    except SearchAwayError:
        is_looking = False  # the page itself says so
    return JsonResponse({"status": "looking" if is_looking else "found"})


def readable_endpoint(request: HttpRequest, name: str) -> Endpoint:
    """Return an endpoint that this person uses or manages. Raise Http404 for any other."""
    endpoint = Endpoint.objects.filter(name=name).first()
    if endpoint is None:
        raise Http404
    is_used = Endpoint.objects.visible_to(request.user).filter(pk=endpoint.pk).exists()
    if not is_used and not endpoint.may_be_managed_by(request.user):
        raise Http404
    return endpoint


def user_of(request: HttpRequest) -> User:
    """Return who asks. Every view here stands behind the log-in."""
    assert isinstance(request.user, User), "The log-in middleware lets only users through"
    return request.user


def _form(request: HttpRequest, endpoint: Endpoint) -> dict[str, Any]:
    champion = endpoint.champion
    features = champion.version.manifest.signature.features if champion else ()
    return {
        "endpoint": endpoint,
        "may_manage": endpoint.may_be_managed_by(request.user),
        "looks": list(LOOKS.items()),
        "by": request.GET.get("by", BY_REQUEST),
        "id": request.GET.get("id", ""),
        "feature": request.GET.get("feature", ""),
        "features": [(feature.name, label_of(feature)) for feature in features],
        "is_asked": "id" in request.GET,
        "query": request.GET.urlencode(),
    }


def search_of(said: QueryDict, user: User, endpoint: Endpoint) -> FindRequest | None:
    """Return what an address says to look for; one's own rows where it says nothing, None for what is no search."""
    if "id" not in said:
        return search_for(user, endpoint, own_rows(user))
    by, value, feature = said.get("by", BY_REQUEST), said.get("id", "").strip()[:ID_LENGTH_MAX], said.get("feature", "")
    if by not in LOOKS or not value or (by in OF_FEATURES and (not feature or feature.startswith("@"))):
        return None
    values = _bounds(value) if by == BY_RANGE else (value,)
    name = feature[:ID_LENGTH_MAX] if by in OF_FEATURES else ""
    return None if values is None else search_for(user, endpoint, Selector(by=by, values=values, name=name))


def _bounds(said: str) -> tuple[str, ...] | None:
    """Return the bounds of a range, nothing for rows without a value; None for what is neither."""
    if said == MISSING:
        return ()
    low, is_range, high = said.replace(",", ".").partition(RANGE)
    try:
        numbers = [float(each) if each.strip() else None for each in (low, high)]
    except ValueError:
        return None
    if not is_range or any(each is not None and not math.isfinite(each) for each in numbers):
        return None
    return tuple("" if each is None else repr(each) for each in numbers)


def _told(request: HttpRequest, endpoint: Endpoint, outcome: FindOutcome) -> dict[str, Any]:
    if outcome.reason is not None:
        reason = outcome.reason
        return {"problem": say(TEMPLATES, reason.template, reason.facts) or str(reason)}
    chosen = _chosen(request, outcome)
    context: dict[str, Any] = {"stopped_at": outcome.stopped_at, "is_more": outcome.is_more}
    if chosen is None:
        rows = outcome.rows
        return context | {"is_found": True, "lines": found_rows.lines_of(endpoint, rows)}
    return context | _one(request, endpoint, chosen)


def _chosen(request: HttpRequest, outcome: FindOutcome) -> RecordedRow | None:
    """Return the row that the address means, or the only one that was looked for. A request's id may come twice."""
    if "id" not in request.GET:
        return None
    place = request.GET.get("row", "")
    if place.isdecimal() and request.GET.get("by", BY_REQUEST) == BY_REQUEST:
        return next((row for row in outcome.rows if row.row == int(place)), None)
    return outcome.rows[0] if len(outcome.rows) == 1 and not outcome.is_more else None


def _one(request: HttpRequest, endpoint: Endpoint, row: RecordedRow) -> dict[str, Any]:
    version = found_rows.version_of(endpoint, row)
    with_account = endpoint.may_be_managed_by(request.user)
    context: dict[str, Any] = {
        "row": row,
        "version": version,
        "facts": found_rows.facts_of(row, with_account=with_account),
        "inputs": found_rows.inputs_of(row, version, endpoint.hashed_features),
        "has_inputs": row.inputs is not None,
        "truth": found_rows.truth_words(row, version),
        "truth_told": "" if row.told_ms is None else found_rows.when_words(row.told_ms),
        "is_right": found_rows.is_right(row),
        "versions": versions_to_ask(endpoint),
        "asked_version": request.GET.get("again", ""),
        "telling": outcome_form(endpoint, row.request_id, row.row, row.prediction),
        **found_rows.answer_of(row, version),
    }
    wanted = next((each for each in context["versions"] if str(each.number) == request.GET.get("again")), None)
    return context | (ask_again(user_of(request), endpoint, row, wanted) if wanted else {})
