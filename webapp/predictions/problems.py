"""What was wrong, in the person's language: from codes and facts, never from the English sentence."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from worker.contract.errors import ErrorBody, ErrorCode, ProblemCode, RowProblem
from worker.contract.signature import FeatureType

Facts = Mapping[str, Any]

EXPECTED: Final = {
    FeatureType.NUMBER: gettext_lazy("This must be a number."),
    FeatureType.INTEGER: gettext_lazy("This must be a whole number."),
    FeatureType.BOOLEAN: gettext_lazy("This must be yes or no."),
    FeatureType.CATEGORY: gettext_lazy("This must be one of the list."),
    FeatureType.TEXT: gettext_lazy("This must be text."),
}

WRITTEN: Final = {
    FeatureType.NUMBER: gettext_lazy("“%(value)s” was typed; write it like 4750 or 0.5."),
    FeatureType.INTEGER: gettext_lazy("“%(value)s” was typed; write it like 4750."),
}
"""What was typed instead, and how a number is written."""

ERRORS: Final = {
    ErrorCode.INVALID_INPUT: (
        gettext_lazy("The model cannot take these values."),
        gettext_lazy("Mend what is marked below and ask again."),
    ),
    ErrorCode.MODEL_ERROR: (
        gettext_lazy("The model failed on these values."),
        gettext_lazy("Other values may well work. Tell the model's publisher, with the link to this page."),
    ),
    ErrorCode.MODEL_CRASHED: (
        gettext_lazy("The model ended its process on these values; everybody else keeps being answered."),
        gettext_lazy("Do not ask the same again. Tell the model's publisher, with the link to this page."),
    ),
    ErrorCode.MODEL_NOT_READY: (
        gettext_lazy("Nobody computes at the moment: no inference worker answers."),
        gettext_lazy("Nothing is lost. Ask again in a few seconds; if it lasts, tell an administrator."),
    ),
    ErrorCode.QUEUE_FULL: (
        gettext_lazy("The box has more requests than it can answer at the moment."),
        gettext_lazy("Nothing is lost. Ask again in a few seconds."),
    ),
    ErrorCode.PREDICTION_TIMEOUT: (
        gettext_lazy("The model did not answer in time."),
        gettext_lazy("Nothing is lost. Ask again; if it lasts, tell an administrator."),
    ),
    ErrorCode.BODY_TOO_LARGE: (
        gettext_lazy("These values are too long for one request."),
        gettext_lazy("Shorten the texts and ask again."),
    ),
}


def error_words(error: ErrorBody, *, are_in_fields: bool) -> tuple[str, str]:
    """Return what happened and what to do. An error that no page can cause speaks for itself, in English."""
    if error.code == ErrorCode.INVALID_INPUT and not are_in_fields:
        return error.error, error.hint
    happened, to_do = ERRORS.get(error.code, (error.error, error.hint))
    return str(happened), str(to_do)


def sentence(problem: RowProblem) -> str:
    """Return what is wrong with the value beside which this will stand."""
    words = SENTENCES.get(problem.code)
    return words(problem.facts) if words else problem.message


def _missing(_facts: Facts) -> str:
    return _("The model needs a value here.")


def _wrong_type(facts: Facts) -> str:
    try:
        expected = FeatureType(facts.get("expected", ""))
    except ValueError:
        return _("This value is of the wrong kind.")
    return _expected(expected, facts)


def _expected(expected: FeatureType, facts: Facts) -> str:
    words = [str(EXPECTED[expected])]
    if expected in WRITTEN and "value" in facts:
        words.append(WRITTEN[expected] % {"value": _typed(facts)})
    return " ".join(words)


def _typed(facts: Facts) -> str:
    """Return what was typed: the worker shows text in its quotation marks, and the sentence has its own."""
    value = str(facts["value"])
    is_quoted = value[:1] == value[-1:] and value[:1] in {"'", '"'} and len(value) > 1
    return value[1:-1] if is_quoted else value


def _not_finite(_facts: Facts) -> str:
    return _("This must be a finite number.")


def _does_not_fit(facts: Facts) -> str:
    if facts.get("maximum") is None:
        return _expected(FeatureType.INTEGER, facts)
    return _("This number is too large.")


def _unknown_category(facts: Facts) -> str:
    if "nearest" in facts:
        return _("The model does not know “%(value)s”; the nearest that it knows is “%(nearest)s”.") % facts
    return _("The model does not know “%(value)s”.") % {"value": facts.get("value", "")}


SENTENCES: Final[Mapping[ProblemCode, Callable[[Facts], str]]] = {
    ProblemCode.MISSING: _missing,
    ProblemCode.WRONG_TYPE: _wrong_type,
    ProblemCode.NOT_FINITE: _not_finite,
    ProblemCode.DOES_NOT_FIT: _does_not_fit,
    ProblemCode.UNKNOWN_CATEGORY: _unknown_category,
}
"""A form has every feature once and no other, so that the remaining codes cannot come from a page."""
