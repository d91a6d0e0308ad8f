"""What was refused in a window: how much, because of which feature, for what reason; in words."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webapp.predictions.numbers import number_words, percent_words
from worker.contract.errors import ErrorCode, ProblemCode
from worker.contract.monitoring import Check, CheckKind
from worker.contract.monitoring_run import WindowReport

REASONS_SHOWN: Final = 20
REFUSALS: Final = frozenset({CheckKind.TYPE_FAILURE, CheckKind.REFUSED})

REASONS: Final = {
    ProblemCode.MISSING: gettext_lazy("the value or the column is missing"),
    ProblemCode.UNKNOWN_FEATURE: gettext_lazy("a column that the model does not know"),
    ProblemCode.WRONG_TYPE: gettext_lazy("of another type"),
    ProblemCode.NOT_FINITE: gettext_lazy("not a finite number"),
    ProblemCode.DOES_NOT_FIT: gettext_lazy("a number that does not fit"),
    ProblemCode.UNKNOWN_CATEGORY: gettext_lazy("a category that the model does not know"),
    ProblemCode.WRONG_LENGTH: gettext_lazy("too many or too few values"),
    ProblemCode.DUPLICATE_FEATURE: gettext_lazy("given more than once"),
    ErrorCode.INVALID_INPUT: gettext_lazy("the body holds no rows"),
    ErrorCode.NOT_JSON: gettext_lazy("the body is not JSON"),
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: gettext_lazy("neither JSON nor CSV"),
    ErrorCode.TOO_MANY_ROWS: gettext_lazy("too many rows in one request"),
    ErrorCode.MODEL_ERROR: gettext_lazy("the model failed on them"),
    ErrorCode.MODEL_NOT_READY: gettext_lazy("the version could not be loaded"),
    ErrorCode.PREDICTION_TIMEOUT: gettext_lazy("nobody waited for the answer any longer"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRow:
    """A reason for which rows were refused."""

    feature: str
    why: str
    rows: str
    share: str


def reason_words(code: str) -> str:
    """Return why rows were refused, in a few words; a code that this site does not know is told as it is."""
    return str(REASONS.get(code, code))  # type: ignore[call-overload]  # a StrEnum is found by its text


def refused_rows(report: WindowReport) -> list[RefusedRow]:
    """Return the reasons for which rows of a window were refused, the most frequent first."""
    found = report.refused
    if found is None:
        return []
    asked = report.rows + found.rows
    return [
        RefusedRow(
            feature=each.feature or _("whole rows"),
            why=reason_words(each.code),
            rows=number_words(each.rows),
            share=percent_words(each.rows / max(asked, 1)),
        )
        for each in found.reasons[:REASONS_SHOWN]
    ]


def refused_totals(report: WindowReport) -> list[tuple[str, str]]:
    """Return how much of what was asked in a window was refused; nothing where nothing was."""
    found = report.refused
    if found is None:
        return []
    totals = [(_("Rows refused"), f"{number_words(found.rows)} ({percent_words(report.refused_share)})")]
    # Jobs answer the rows that are right: of them there is no refused request.
    return [*totals, (_("Requests refused"), number_words(found.requests))] if found.requests else totals


def refusal_words(check: Check) -> str:
    """Return what was refused because of a feature, in a sentence."""
    facts = {"share": percent_words(check.share), "why": reason_words(check.value)}
    return _("%(share)s of the rows asked were refused: %(why)s.") % facts
