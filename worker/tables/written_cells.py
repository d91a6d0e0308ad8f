"""One cell of a file against one feature: read as online, but with what office programs make of values."""

from dataclasses import dataclass
from typing import Any, Final

from worker.contract.errors import ProblemCode
from worker.contract.signature import Feature, FeatureType
from worker.tables.csv_rows import is_not_finite
from worker.tables.json_scan import NotFinite, NumberText
from worker.tables.values import Unfit, convert, unknown_category
from worker.tables.wording import LENGTH_MAX, nearest, printable, shown
from worker.tables.written_numbers import SPACES, plain_number

MISSING_WORDS: Final = ("NA", "N/A", "#N/A", "#NA", "NaN", "nan", "NULL", "null", "None", "none")
"""What R, pandas, SQL and spreadsheets write for a missing value."""

FORMULA_ERRORS: Final = (
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#NULL!",
    "#VALEUR!",
    "#NOM?",
    "#NOMBRE!",
    "#NUL!",
)

TRUE_WORDS: Final = ("true", "vrai")
FALSE_WORDS: Final = ("false", "faux")
_BOOLEANS: Final = dict.fromkeys(TRUE_WORDS, True) | dict.fromkeys(FALSE_WORDS, False)
_OTHER_DECIMAL: Final = {".": (",", "decimal_comma", "comma"), ",": (".", "decimal_point", "point")}
_TEXTUAL: Final = (FeatureType.CATEGORY, FeatureType.TEXT)


def has_list(feature: Feature) -> bool:
    """Return whether the categories of a feature are known; a category without a list is taken as it is written."""
    return feature.type is FeatureType.CATEGORY and bool(feature.categories)


@dataclass(frozen=True, slots=True)
class CellRules:
    """How cells are read: the largest number, the decimal mark, and whether a nearest category is looked for."""

    number_max: float
    decimal: str = "."
    suggests: bool = True


def check_cell(feature: Feature, cell: str, rules: CellRules) -> Any:  # noqa: ANN401  # as convert
    """Return the value of a cell as the table takes it, None for missing. Raise Unfit, its facts with `kind`."""
    try:
        return convert(feature, _value(feature, cell, rules), rules.number_max)
    except Unfit as unfit:
        raise _as_written(feature, cell, unfit) from None


def _value(feature: Feature, cell: str, rules: CellRules) -> Any:  # noqa: ANN401  # as scanned JSON
    if feature.type in _TEXTUAL:
        return _textual(feature, cell, suggests=rules.suggests)
    stripped = cell.strip(SPACES)
    if stripped == "" or stripped in MISSING_WORDS:
        return None
    if stripped in FORMULA_ERRORS:
        raise _formula_error(cell)
    if feature.type is FeatureType.BOOLEAN:
        return _BOOLEANS.get(stripped.lower(), cell)
    return _number(stripped, cell, rules.decimal)


def _textual(feature: Feature, cell: str, *, suggests: bool) -> str | None:
    if cell == "":
        return None
    if not feature.categories or feature.type is FeatureType.TEXT or cell in feature.categories:
        return cell
    if cell in MISSING_WORDS:
        return None
    if cell in FORMULA_ERRORS:
        raise _formula_error(cell)
    raise unknown_category(feature.categories, cell, nearest(cell, feature.categories) if suggests else None)


def _number(stripped: str, cell: str, decimal: str) -> str:
    number = plain_number(stripped, decimal)
    if number is not None:
        return NumberText(number)
    if is_not_finite(stripped):
        return NotFinite(stripped)
    other, kind, mark = _OTHER_DECIMAL[decimal]
    if plain_number(stripped, other) is not None:
        what = f"is written with a decimal {mark}, {shown(cell)}; the decimal mark of the file is '{decimal}'"
        raise Unfit(ProblemCode.WRONG_TYPE, what, {"kind": kind})
    return cell


def _formula_error(cell: str) -> Unfit:
    return Unfit(ProblemCode.WRONG_TYPE, f"holds the error of a formula, {shown(cell)}", {"kind": "formula_error"})


def _as_written(feature: Feature, cell: str, unfit: Unfit) -> Unfit:
    """Return the same with what stands in the file, where the number was judged in its plain form."""
    what = unfit.what
    if unfit.code is ProblemCode.DOES_NOT_FIT:
        what = what.replace(str(unfit.facts["value"]), shown(NumberText(cell.strip(SPACES))), 1)
    facts = {key: fact for key, fact in unfit.facts.items() if key != "value_kind"}
    if unfit.code is not ProblemCode.MISSING or cell:
        facts["value"] = printable(cell) + ("…" if len(cell) > LENGTH_MAX else "")
    return Unfit(unfit.code, what, {"kind": _kind(feature, unfit), **facts})


def _kind(feature: Feature, unfit: Unfit) -> str:
    if unfit.code is ProblemCode.WRONG_TYPE:
        return feature.type.value
    if unfit.code is ProblemCode.DOES_NOT_FIT:
        return "too_large" if "maximum" in unfit.facts else "fraction"
    return "nearest" if "nearest" in unfit.facts else ""
