"""What stands beside a row that was not answered: short English templates by `phrase_key`.

A plan carries the same in the person's language. `{value}` is what the file holds, `{feature}` whose value it is.
"""

from typing import Final

MODEL_FAILED: Final = "model_failed"
GAVE_UP: Final = "gave_up"
LINE: Final = "line"
"""The keys of what is no problem of a value."""

PHRASES: Final[dict[str, str]] = {
    "missing": "{feature}: the value is missing",
    "missing.column": "{feature}: the file has no column for it",
    "wrong_type": "{feature}: {value} is of the wrong kind",
    "wrong_type.number": "{feature}: {value} is no number",
    "wrong_type.integer": "{feature}: {value} is no whole number",
    "wrong_type.boolean": "{feature}: {value} is neither true nor false",
    "wrong_type.decimal_comma": "{feature}: {value} has a decimal comma, the file has decimal points",
    "wrong_type.decimal_point": "{feature}: {value} has a decimal point, the file has decimal commas",
    "wrong_type.formula_error": "{feature}: {value} is the error of a formula",
    "not_finite": "{feature}: {value} is no finite number",
    "does_not_fit": "{feature}: {value} does not fit",
    "does_not_fit.fraction": "{feature}: {value} is no whole number",
    "does_not_fit.too_large": "{feature}: {value} is too large",
    "unknown_category": "{feature}: {value} is not known",
    "unknown_category.nearest": "{feature}: {value} is not known, the nearest is {nearest}",
    "wrong_length": "the line has {length} cells, the file has {expected} columns",
    "wrong_length.unreadable": "the line is not a JSON object",
    "unknown_feature": "{feature}: the model has no such feature",
    "duplicate_feature": "{feature}: there is more than one value",
    MODEL_FAILED: "The model failed on this row",
    GAVE_UP: "These rows ended the worker each time they were tried",
    LINE: "line {line}",
}
