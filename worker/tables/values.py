"""One value against one feature: what it becomes, or what is wrong with it."""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from worker.contract.errors import ProblemCode
from worker.contract.signature import INTEGER_MAX, Feature, FeatureType
from worker.tables.json_scan import Container, NotFinite, NumberText
from worker.tables.wording import nearest, printable, shown

_EXPECTED: Final = {
    FeatureType.NUMBER: "a number",
    FeatureType.INTEGER: "an integer",
    FeatureType.BOOLEAN: "true or false",
    FeatureType.CATEGORY: "text",
    FeatureType.TEXT: "text",
}
_COMMA_DECIMAL: Final = re.compile(r"[+-]?\d+,\d+")
_INTEGER_LITERAL: Final = re.compile(r"[+-]?\d+")
_LENGTH_EXACT: Final = 800
"""Longer than any decimal a double needs to be told apart; a longer literal is only read as a double."""


class Unfit(Exception):  # a step of reading, never seen by callers
    """A value does not fit its feature; `what` ends the sentence that begins with feature and row."""

    def __init__(self, code: ProblemCode, what: str, facts: dict[str, Any]) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.facts = facts


def convert(feature: Feature, value: Any, number_max: float) -> Any:  # noqa: ANN401  # any JSON value, any Python value
    """Return the value as the table takes it. Raise Unfit if it cannot be taken unchanged."""
    if value is None:
        if feature.required:
            raise Unfit(ProblemCode.MISSING, "may not be missing", {})
        return None
    if type(value) is NotFinite:
        _check_expects_number(feature, value)
        what = f"must be a finite number, got {value}"
        raise Unfit(ProblemCode.NOT_FINITE, what, {"value": str(value)})
    if feature.type is FeatureType.NUMBER:
        return _number(feature, value, number_max)
    if feature.type is FeatureType.INTEGER:
        return _integer(feature, value)
    if feature.type is FeatureType.BOOLEAN:
        if value is True or value is False:
            return value
        raise _wrong_type(feature, value)
    return _string(feature, value)


def _check_expects_number(feature: Feature, value: Any) -> None:  # noqa: ANN401  # any JSON value
    if feature.type not in (FeatureType.NUMBER, FeatureType.INTEGER):
        raise _wrong_type(feature, value)


def _wrong_type(feature: Feature, value: Any) -> Unfit:  # noqa: ANN401  # any JSON value
    what = f"must be {_EXPECTED[feature.type]}, got {shown(value)}"
    if type(value) is str and _COMMA_DECIMAL.fullmatch(value):
        what += "; write the decimal point as '.'"
    kind = "text" if type(value) is str else "container" if type(value) is Container else "literal"
    return Unfit(
        ProblemCode.WRONG_TYPE, what, {"expected": feature.type.value, "value": shown(value), "value_kind": kind}
    )


def _number(feature: Feature, value: Any, number_max: float) -> float:  # noqa: ANN401  # any JSON value
    if type(value) is not NumberText:
        raise _wrong_type(feature, value)
    number = float(value)
    if abs(number) > number_max:
        what = f"is too large: {shown(value)} is beyond {number_max:.6g}"
        raise Unfit(ProblemCode.DOES_NOT_FIT, what, {"value": shown(value), "maximum": number_max})
    if abs(number) >= INTEGER_MAX and _INTEGER_LITERAL.fullmatch(value):
        _check_exact(value, number)
    # "-0" is the integer zero in every JSON library; only "-0.0" has a sign.
    return number if number or not _INTEGER_LITERAL.fullmatch(value) else 0.0


def _check_exact(value: str, number: float) -> None:
    if abs(number) > INTEGER_MAX or len(value) > _LENGTH_EXACT or int(value) != number:
        what = f"is an integer too large to be held exactly: {shown(value)} is beyond {INTEGER_MAX:,}"
        raise Unfit(ProblemCode.DOES_NOT_FIT, what, {"value": shown(value), "maximum": INTEGER_MAX})


def _integer(feature: Feature, value: Any) -> int:  # noqa: ANN401  # any JSON value
    if type(value) is not NumberText:
        raise _wrong_type(feature, value)
    number = float(value)
    if abs(number) > INTEGER_MAX or not math.isfinite(number):
        what = f"is too large: {shown(value)} is beyond {INTEGER_MAX:,}"
        raise Unfit(ProblemCode.DOES_NOT_FIT, what, {"value": shown(value), "maximum": INTEGER_MAX})
    if _INTEGER_LITERAL.fullmatch(value):
        _check_exact(value, number)
        return int(number)
    # 3.0 is taken for 3; 3.00000000000000000001 is not, though a double cannot tell them apart.
    if not number.is_integer() or not _is_exactly(value, int(number)):
        what = f"must be an integer, got {shown(value)}"
        raise Unfit(ProblemCode.DOES_NOT_FIT, what, {"value": shown(value)})
    return int(number)


def _is_exactly(value: str, number: int) -> bool:
    try:
        return len(value) <= _LENGTH_EXACT and Decimal(value) == number
    except InvalidOperation:  # an exponent beyond what decimals have
        return False


def _string(feature: Feature, value: Any) -> str:  # noqa: ANN401  # any JSON value
    if type(value) is not str:
        raise _wrong_type(feature, value)
    try:
        value.encode()
    except UnicodeEncodeError:
        what = f"must be text, got {shown(value)}, which holds half of a surrogate pair"
        raise Unfit(ProblemCode.WRONG_TYPE, what, {"expected": "text", "value": shown(value)}) from None
    if feature.type is FeatureType.CATEGORY and feature.categories and value not in feature.categories:
        raise unknown_category(feature.categories, value, nearest(value, feature.categories))
    return value


def unknown_category(categories: tuple[str, ...], value: str, like: str | None) -> Unfit:
    """Return what is wrong with a category that is not known; `like` is the nearest that is."""
    what = f"has no category {shown(value)}"
    facts: dict[str, Any] = {"value": printable(value)}
    if like is not None:
        return Unfit(ProblemCode.UNKNOWN_CATEGORY, f"{what}; the nearest is {shown(like)}", {**facts, "nearest": like})
    known = ", ".join(shown(category) for category in categories[:5])
    more = ", …" if len(categories) > 5 else ""
    return Unfit(ProblemCode.UNKNOWN_CATEGORY, f"{what}; it has {known}{more}", facts)
