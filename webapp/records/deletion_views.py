"""The pages on which an administrator has a person's rows deleted. To all others they are absent."""

from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from webapp.endpoints.models import Endpoint
from webapp.records import deletions
from webapp.records.deletion_words import endpoint_lines, kept_words, sentence_of
from webapp.records.deletions import DeletionNotSentError, NotCountedError, SelectionWrongError, Wish
from webapp.records.models import DeletionStage, RowDeletion
from webapp.records.record_views import user_of
from worker.contract.records import BY_CALLER, VALUES_MAX
from worker.contract.truth import BY_FEATURE, BY_KEY, BY_REQUEST

SHOWN: Final = 50
LIVE: Final = frozenset({DeletionStage.COUNTING, DeletionStage.DELETING})
WAYS: Final = (
    (BY_KEY, gettext_lazy("the identifier in the file of a job")),
    (BY_FEATURE, gettext_lazy("the value of a feature")),
    (BY_REQUEST, gettext_lazy("the id of a request")),
    (BY_CALLER, gettext_lazy("the account that asked")),
)
AWAY: Final = gettext_lazy("The box cannot go through the journal at the moment. Try again in a minute.")
WRONG: Final = gettext_lazy(
    "That selects nothing: choose endpoints, write at least one value, each on a line of its own, the name of the "
    "feature where it is by one, and accounts by their user names."
)


class DeletionForm(forms.Form):
    """Which rows are to go."""

    endpoints = forms.ModelMultipleChoiceField(Endpoint.objects.all(), to_field_name="name")
    by = forms.ChoiceField(choices=WAYS)
    feature = forms.CharField(required=False, max_length=200)
    ids = forms.CharField(max_length=100_000)
    reason = forms.CharField(max_length=2000)

    def wish(self) -> Wish:
        """Return what was wished for, of a form that is valid."""
        said = self.cleaned_data
        return Wish(
            endpoints=[endpoint.name for endpoint in said["endpoints"]],
            by=said["by"],
            values=said["ids"].splitlines(),
            name=said["feature"].strip() if said["by"] == BY_FEATURE else "",
            reason=said["reason"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def row_deletions(request: HttpRequest) -> HttpResponse:
    """List what was deleted; have rows counted that are to go."""
    _require_admin(request)
    deletions.give_up_old(timezone.now())
    context: dict[str, Any] = {"ways": WAYS, "values_max": VALUES_MAX, "said": request.POST or request.GET}
    context["endpoints"] = Endpoint.objects.all()
    context["chosen"] = (request.POST or request.GET).getlist("endpoints")
    status = HTTPStatus.OK
    if request.method == "POST":
        form = DeletionForm(request.POST)
        try:
            if not form.is_valid():
                raise SelectionWrongError
            begun = deletions.begin(form.wish(), user_of(request), timezone.now())
            return redirect("row_deletion", begun.deletion_id)
        except SelectionWrongError:
            context["problem"], status = WRONG, HTTPStatus.BAD_REQUEST
        except DeletionNotSentError:
            context["problem"], status = AWAY, HTTPStatus.SERVICE_UNAVAILABLE
    context["rows"] = [(each, *sentence_of(each)) for each in RowDeletion.objects.all()[:SHOWN]]
    return render(request, "records/deletions.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def row_deletion(request: HttpRequest, deletion_id: str) -> HttpResponse:
    """Show how many rows are meant, and ask; by POST delete them, or give that up."""
    deletion = _deletion(request, deletion_id)
    problem, status = "", HTTPStatus.OK
    if request.method == "POST":
        if "give_up" in request.POST:
            deletions.give_up(deletion)
            return redirect("row_deletions")
        problem, status = _confirmed(request, deletion)
        if not problem:
            return redirect("row_deletion", deletion_id)
    deletion.refresh_from_db()
    state, words = sentence_of(deletion)
    counted, done = deletion.counted, deletion.done
    kept = deletions.kept_of(deletion)
    context = {
        "deletion": deletion,
        "state": state,
        "sentence": words,
        "is_live": deletion.stage in LIVE,
        "counted": endpoint_lines(counted) if counted else [],
        "done": endpoint_lines(done) if done else [],
        "typed": str(deletions.count_of(deletion)),
        "kept": kept_words(kept),
        "may_confirm": deletions.count_of(deletion) + kept > 0,
        "problem": problem,
    }
    return render(request, "records/deletion.html", context, status=status)


@require_safe
@never_cache
def row_deletion_status(request: HttpRequest, deletion_id: str) -> JsonResponse:
    """Return how far a deletion is, for the page that waits for it."""
    return JsonResponse({"status": _deletion(request, deletion_id).stage})


@require_safe
@never_cache
def row_deletion_proof(request: HttpRequest, deletion_id: str) -> HttpResponse:
    """Hand out the proof of a deletion."""
    deletion = _deletion(request, deletion_id)
    if deletion.done is None:
        raise Http404
    response = HttpResponse(deletions.proof_of(deletion), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="deletion-{deletion.deletion_id}.json"'
    return response


def _confirmed(request: HttpRequest, deletion: RowDeletion) -> tuple[str, HTTPStatus]:
    """Delete the rows where the count was typed. Return what stands against it."""
    if request.POST.get("typed", "").strip() != str(deletions.count_of(deletion)):
        return _("Nothing is deleted: type the number of rows as it stands there."), HTTPStatus.BAD_REQUEST
    try:
        deletions.confirm(deletion, user_of(request), timezone.now())
    except NotCountedError:
        messages.error(request, _("This no longer waits to be confirmed. Below is how it is."))
    except DeletionNotSentError:
        return str(AWAY), HTTPStatus.SERVICE_UNAVAILABLE
    return "", HTTPStatus.OK


def _deletion(request: HttpRequest, deletion_id: str) -> RowDeletion:
    _require_admin(request)
    return get_object_or_404(RowDeletion, deletion_id=deletion_id)


def _require_admin(request: HttpRequest) -> None:
    if not user_of(request).is_admin:
        raise Http404
