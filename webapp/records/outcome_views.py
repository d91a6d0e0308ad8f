"""Telling what came true: of a single row, or of many by a file whose columns are looked at first."""

from http import HTTPStatus
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from webapp.endpoints.models import Endpoint
from webapp.jobs.problems import problem_of, status_of
from webapp.jobs.understood import reading_words
from webapp.predictions.fields import label_of
from webapp.predictions.numbers import size_words
from webapp.records import truth_uploads
from webapp.records.models import FileStage, TruthFile
from webapp.records.outcomes import OutcomeWrongError, tell
from webapp.records.record_views import readable_endpoint, search_of, user_of
from webapp.records.searches import forget_found
from webapp.records.truth_file_words import file_words, problem_lines, reason_words, tally
from webapp.records.truth_naming import TruthsWrongError
from webapp.records.truth_uploads import ColumnsWrongError, FileTooLargeError, InputsNotKeptError
from webapp.records.truths import NothingDeployedError, TruthsNotSentError
from webapp.uploading.bodies import received_file
from webapp.uploading.errors import UploadError
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST, Truth
from worker.contract.truth_files import ColumnsChosen

LENGTH_MAX: Final = 200
PROBLEMS: Final = {
    OutcomeWrongError: gettext_lazy("That cannot have come true: choose one of the classes, or write a number."),
    TruthsWrongError: gettext_lazy("No prediction is named. Open it from the list of predictions, and tell it there."),
    NothingDeployedError: gettext_lazy("No version is deployed, so nobody can say what an outcome may be."),
    TruthsNotSentError: gettext_lazy("The box cannot take outcomes at the moment. Try again in a minute."),
    FileTooLargeError: gettext_lazy("The file is larger than is taken. Send it in several parts."),
    InputsNotKeptError: gettext_lazy(
        "This endpoint keeps no inputs, so no row is known by a feature: name rows by the id of their request, or by "
        "the identifier in the file of a job."
    ),
    ColumnsWrongError: gettext_lazy("Choose two different columns of the file: one that names rows, and the outcome."),
}
STATUSES: Final = {
    NothingDeployedError: HTTPStatus.CONFLICT,
    TruthsNotSentError: HTTPStatus.SERVICE_UNAVAILABLE,
    FileTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}
"""Of others, what was sent is wrong."""

FILES_SHOWN: Final = 20
KEYS: Final = {
    BY_REQUEST: gettext_lazy("the id of a request"),
    BY_KEY: gettext_lazy("the identifier in the file of a job"),
}


@require_POST
def tell_outcome(request: HttpRequest, name: str) -> HttpResponse:
    """Take what came true of a row, and lead back to it, or to its line of the list on which that was told."""
    endpoint = readable_endpoint(request, name)
    said = request.POST
    place = said.get("row", "0")
    row = int(place) if place.isdecimal() and len(place) < 10 else 0
    key = said.get("request_id", "")[:LENGTH_MAX]
    anchor = ""
    try:
        truth = Truth(BY_REQUEST, key, said.get("value", "").strip()[:LENGTH_MAX], row)
        tell(endpoint, user_of(request), truth, timezone.now())
        _forget_list(request, endpoint)
        anchor = _anchor(said)
        messages.success(request, _("Thank you. What came true is kept with the prediction."))
    except (OutcomeWrongError, TruthsWrongError, NothingDeployedError, TruthsNotSentError) as error:
        messages.error(request, str(PROBLEMS[type(error)]))
    of_row = urlencode({"by": BY_REQUEST, "id": key, "row": str(row)})
    query = QueryDict(said["list"]).urlencode() if "list" in said else of_row
    return redirect(f"{reverse('records', args=[name])}?{query}{anchor}")


def _anchor(said: QueryDict) -> str:
    """Return where on the page the line is in which somebody told: they go on with the next one."""
    line = said.get("line", "")
    return f"#line-{line}" if line.isdecimal() and len(line) < 10 else ""


def _forget_list(request: HttpRequest, endpoint: Endpoint) -> None:
    """Have the list on which somebody told looked for anew."""
    search = search_of(QueryDict(request.POST.get("list", "")), user_of(request), endpoint)
    if search is not None:
        forget_found([search])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def truth_files(request: HttpRequest, name: str) -> HttpResponse:
    """List the files of outcomes that one sent; take another."""
    endpoint = readable_endpoint(request, name)
    context: dict[str, Any] = {"endpoint": endpoint, "size_max": size_words(truth_uploads.BYTES_MAX)}
    status = HTTPStatus.OK
    truth_uploads.give_up_old(timezone.now())
    if request.method == "POST":
        try:
            sent = truth_uploads.begin(endpoint, user_of(request), received_file(request), timezone.now())
            return redirect("truth_file", name, sent.file_id)
        except UploadError as error:
            context["problem"], status = problem_of(error), status_of(error)
        except (NothingDeployedError, FileTooLargeError, TruthsNotSentError) as error:
            context["problem"], status = PROBLEMS[type(error)], STATUSES[type(error)]
    files = _files(request, endpoint)[:FILES_SHOWN]
    context["files"] = [(file, *file_words(file)) for file in files]
    return render(request, "records/truth_files.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def truth_file(request: HttpRequest, name: str, file_id: str) -> HttpResponse:
    """Show what was understood of a file, or what became of it; by POST take it, or discard it."""
    endpoint = readable_endpoint(request, name)
    file = get_object_or_404(_files(request, endpoint), file_id=file_id)
    problem, status = "", HTTPStatus.OK
    if request.method == "POST":
        if "discard" in request.POST:
            truth_uploads.discard(file)
            return redirect("truth_files", name)
        try:
            truth_uploads.take(file, _columns(request))
            return redirect("truth_file", name, file_id)
        except (ColumnsWrongError, InputsNotKeptError, TruthsNotSentError) as error:
            problem, status = str(PROBLEMS[type(error)]), STATUSES.get(type(error), HTTPStatus.BAD_REQUEST)
    context = {"endpoint": endpoint, "file": file, "problem": problem, **_told(request, file)}
    return render(request, "records/truth_file.html", context, status=status)


@require_safe
@never_cache
def truth_file_status(request: HttpRequest, name: str, file_id: str) -> JsonResponse:
    """Return how far a file is, for the page that waits for it."""
    file = get_object_or_404(_files(request, readable_endpoint(request, name)), file_id=file_id)
    return JsonResponse({"status": file.stage})


def _files(request: HttpRequest, endpoint: Endpoint) -> Any:  # noqa: ANN401  # a queryset of files
    """Return the files of outcomes that this person sent; of everybody for an administrator."""
    user = user_of(request)
    files = TruthFile.objects.select_related("endpoint", "version__model", "sent_by").filter(endpoint=endpoint)
    return files if user.is_admin else files.filter(sent_by=user)


def _columns(request: HttpRequest) -> ColumnsChosen:
    said = request.POST
    by, _colon, feature = said.get("by", "").partition(":")
    return ColumnsChosen(
        by=by, key=said.get("key", ""), value=said.get("value", ""), row=said.get("row", ""), name=feature
    )


def _told(request: HttpRequest, file: TruthFile) -> dict[str, Any]:
    outcome = file.outcome
    state, words = file_words(file)
    context: dict[str, Any] = {"state": state, "sentence": words, "outcome": outcome}
    context["is_live"] = file.stage in {FileStage.READING, FileStage.TAKING}
    if outcome is None:
        return context
    context |= {"reason": reason_words(outcome.reason), "hint": reason_words(outcome.hint)}
    if outcome.did_take:
        return context | {"tally": tally(outcome), "problems": problem_lines(outcome)}
    found = outcome.understanding
    if found is None:
        return context
    columns = [column.name for column in found.columns]
    likely = truth_uploads.suggested(columns)
    features = file.version.manifest.signature.features if file.endpoint.keeps_inputs else ()
    return context | {
        "reading": reading_words(found),
        "columns": columns,
        "rows": found.first_rows,
        "keys": [*KEYS.items(), *((f"{BY_FEATURE}:{each.name}", label_of(each)) for each in features)],
        "chosen": {
            "by": request.POST.get("by", BY_REQUEST),
            "key": request.POST.get("key", likely.key),
            "value": request.POST.get("value", likely.value),
            "row": request.POST.get("row", likely.row),
        },
    }
