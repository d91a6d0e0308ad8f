"""Exports in words: what the file holds, what it leaves out, and why there is none."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from webapp.predictions.numbers import number_words
from webapp.retraining.models import LOST_AFTER, Export, Stage
from webapp.retraining.outcome_words import reason_words
from worker.contract.export import ExportFormat, ExportOutcome

FORMATS: Final[dict[str, Promise]] = {
    ExportFormat.PARQUET.value: gettext_lazy("Parquet"),
    ExportFormat.CSV.value: gettext_lazy("CSV"),
    ExportFormat.CAPTURE.value: gettext_lazy("SageMaker, captured requests (JSON Lines)"),
    ExportFormat.GROUND_TRUTH.value: gettext_lazy("SageMaker, ground truth (JSON Lines)"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportRow:
    """One export in the list of all."""

    export: Export
    format: str
    state: str
    words: str
    size: str
    notes: tuple[str, ...]


def export_row(export: Export, now: datetime) -> ExportRow:
    """Return an export as the page shows it."""
    outcome = export.outcome
    return ExportRow(
        export=export,
        format=str(FORMATS[export.request.format.value]),
        state=_state(export, now),
        words=_words(export, now),
        size=filesizeformat(outcome.size_bytes) if outcome is not None and export.has_file else "",
        notes=notes_of(outcome) if outcome is not None and export.has_file else (),
    )


def _state(export: Export, now: datetime) -> str:
    if export.stage == Stage.ASKED:
        return "busy" if now - export.asked_at <= LOST_AFTER else "warning"
    return "good" if export.has_file else "bad"


def _words(export: Export, now: datetime) -> str:
    outcome = export.outcome
    if outcome is None:
        is_lost = now - export.asked_at > LOST_AFTER
        return _("It has not come back; it may be lost. Ask again.") if is_lost else _("It is being written.")
    if outcome.reason is not None:
        return reason_words(outcome.reason)
    facts = {"rows": number_words(outcome.rows), "known": number_words(outcome.known)}
    return (
        ngettext(
            "%(rows)s row, the outcome of %(known)s is known.",
            "%(rows)s rows, the outcome of %(known)s is known.",
            outcome.rows,
        )
        % facts
    )


def notes_of(outcome: ExportOutcome) -> tuple[str, ...]:
    """Return what somebody who trains on the file must know of it."""
    notes = []
    if outcome.rows < outcome.matching:
        notes.append(_("Drawn by chance from %(rows)s rows.") % {"rows": number_words(outcome.matching)})
    if outcome.without_inputs:
        notes.append(
            ngettext(
                "%(rows)s row is left out: the journal keeps only its answer.",
                "%(rows)s rows are left out: the journal keeps only their answers.",
                outcome.without_inputs,
            )
            % {"rows": number_words(outcome.without_inputs)}
        )
    if outcome.hashed:
        notes.append(_("Hashes, and no values: %(names)s.") % {"names": get_text_list(list(outcome.hashed), _("and"))})
    return tuple(notes)
