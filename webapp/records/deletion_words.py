"""How the deletion of a person's rows is, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.predictions.numbers import number_words
from webapp.records.data_plane_words import TEMPLATES
from webapp.records.found_rows import when_words
from webapp.records.models import DeletionStage, RowDeletion
from webapp.sentences import say
from worker.contract.records import ForgetOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointLine:
    """What was counted or deleted of one endpoint."""

    endpoint: str
    rows: str
    truths: str
    of: str
    left: str
    since: str
    until: str
    days: tuple[tuple[str, str, str], ...]


def sentence_of(deletion: RowDeletion) -> tuple[str, str]:
    """Return the sign and the sentence of a deletion."""
    match DeletionStage(deletion.stage):
        case DeletionStage.COUNTING:
            return "busy", _("The rows are being counted; nothing is deleted yet.")
        case DeletionStage.COUNTED:
            return "warning", _counted_words(deletion)
        case DeletionStage.DELETING:
            return "busy", _("The rows are being deleted.")
        case DeletionStage.DELETED:
            return _deleted_words(deletion)
        case DeletionStage.GIVEN_UP:
            return "unknown", _("Given up; nothing was deleted.")
        case DeletionStage.FAILED:
            return "bad", _failed_words(deletion)


def _counted_words(deletion: RowDeletion) -> str:
    count = _sum(deletion.counted, "rows")
    words = ngettext(
        "%(count)s row is meant; nothing is deleted yet.", "%(count)s rows are meant; nothing is deleted yet.", count
    )
    return words % {"count": number_words(count)}


def kept_words(count: int) -> str:
    """Return what goes with the rows, or instead of such as the journals have no more; "" for nothing."""
    words = ngettext(
        "%(count)s export or replay of these endpoints is deleted too: it may hold such rows, even where the journals "
        "have none any more.",
        "%(count)s exports and replays of these endpoints are deleted too: they may hold such rows, even where the "
        "journals have none any more.",
        count,
    )
    return words % {"count": number_words(count)} if count else ""


def _deleted_words(deletion: RowDeletion) -> tuple[str, str]:
    left = _sum(deletion.done, "rows_left")
    if left:
        words = ngettext(
            "%(count)s row came meanwhile and is left: delete once more.",
            "%(count)s rows came meanwhile and are left: delete once more.",
            left,
        )
        return "warning", words % {"count": number_words(left)}
    count = _sum(deletion.done, "rows")
    words = ngettext("%(count)s row is deleted.", "%(count)s rows are deleted.", count)
    return "good", words % {"count": number_words(count)}


def _failed_words(deletion: RowDeletion) -> str:
    outcome = deletion.done or deletion.counted
    reason = outcome.reason if outcome else None
    words = "" if reason is None else say(TEMPLATES, reason.template, reason.facts) or str(reason)
    if deletion.done is None:
        return _("Nothing was deleted. %(reason)s") % {"reason": words}
    return _("It is not known that all rows are deleted: delete once more. %(reason)s") % {"reason": words}


def endpoint_lines(outcome: ForgetOutcome) -> list[EndpointLine]:
    """Return what was counted or deleted, endpoint by endpoint."""
    return [
        EndpointLine(
            endpoint=each.endpoint,
            rows=number_words(each.rows),
            truths=number_words(each.truths),
            of=number_words(each.rows_before),
            left=number_words(each.rows_left),
            since="" if each.first_ms is None else when_words(each.first_ms),
            until="" if each.last_ms is None else when_words(each.last_ms),
            days=tuple((day.day, day.sha256_before[:16], day.sha256_after[:16]) for day in each.days),
        )
        for each in outcome.endpoints
    ]


def _sum(outcome: ForgetOutcome | None, name: str) -> int:
    return sum(getattr(each, name) for each in outcome.endpoints) if outcome else 0
