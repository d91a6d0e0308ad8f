"""What stands beside a row of a file that was not answered, in the reader's language: the keys are the contract's."""

from django.utils.translation import gettext as _

from worker.contract.row_phrases import GAVE_UP, LINE, MODEL_FAILED


def row_phrases() -> dict[str, str]:
    """Return the templates of `worker.contract.row_phrases` in the active language, for a plan to carry."""
    return _of_values() | {
        "wrong_length": _("the line has {length} cells, the file has {expected} columns"),
        "wrong_length.unreadable": _("the line is not a JSON object"),
        "unknown_feature": _("{feature}: the model has no such feature"),
        "duplicate_feature": _("{feature}: there is more than one value"),
        MODEL_FAILED: _("The model failed on this row"),
        GAVE_UP: _("These rows ended the worker each time they were tried"),
        LINE: _("line {line}"),
    }


def _of_values() -> dict[str, str]:
    return {
        "missing": _("{feature}: the value is missing"),
        "missing.column": _("{feature}: the file has no column for it"),
        "wrong_type": _("{feature}: {value} is of the wrong kind"),
        "wrong_type.number": _("{feature}: {value} is no number"),
        "wrong_type.integer": _("{feature}: {value} is no whole number"),
        "wrong_type.boolean": _("{feature}: {value} is neither true nor false"),
        "wrong_type.decimal_comma": _("{feature}: {value} has a decimal comma, the file has decimal points"),
        "wrong_type.decimal_point": _("{feature}: {value} has a decimal point, the file has decimal commas"),
        "wrong_type.formula_error": _("{feature}: {value} is the error of a formula"),
        "not_finite": _("{feature}: {value} is no finite number"),
        "does_not_fit": _("{feature}: {value} does not fit"),
        "does_not_fit.fraction": _("{feature}: {value} is no whole number"),
        "does_not_fit.too_large": _("{feature}: {value} is too large"),
        "unknown_category": _("{feature}: {value} is not known"),
        "unknown_category.nearest": _("{feature}: {value} is not known, the nearest is {nearest}"),
    }
