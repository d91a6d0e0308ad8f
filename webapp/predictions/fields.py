"""A form made from a signature: one field a feature, values from the address, so that a link reproduces an answer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webapp.endpoints.wording import in_words
from webapp.predictions.numbers import JSON_NUMBER, canonical_number, range_words, typed_number
from worker.contract.signature import Feature, FeatureType, Signature

OWN_PREFIX: Final = "_"
"""Parameters of the page itself begin so; a feature's name that does so too gets one more."""

EXAMPLE_PARAMETER: Final = "_example"


class Widget(StrEnum):
    """How a feature is asked for."""

    NUMBER = "number"
    SELECT = "select"
    TEXT = "text"


NUMBERS: Final = frozenset({FeatureType.NUMBER, FeatureType.INTEGER})

WIDGETS: Final = {
    FeatureType.NUMBER: Widget.NUMBER,
    FeatureType.INTEGER: Widget.NUMBER,
    FeatureType.CATEGORY: Widget.SELECT,
    FeatureType.BOOLEAN: Widget.SELECT,
    FeatureType.TEXT: Widget.TEXT,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One feature as the page asks for it. `parameter` is its name in the address, `id` in the document."""

    id: str
    parameter: str
    label: str
    unit: str
    widget: Widget
    keyboard: str
    is_required: bool
    value: str
    options: tuple[tuple[str, str], ...]
    advice: str
    notice: str
    problems: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        """Whether the widget would not offer this value: an address may say anything, and it is shown as it is."""
        is_offered = self.value == "" or self.value in {value for value, _words in self.options}
        return self.widget is Widget.SELECT and not is_offered

    @property
    def described_by(self) -> str:
        """The ids of the texts that explain the field."""
        texts = {"advice": self.advice, "notice": self.notice, "problems": self.problems}
        return " ".join(f"{self.id}-{name}" for name, text in texts.items() if text)


def parameter_of(feature: Feature) -> str:
    """Return the name of a feature in the address."""
    return OWN_PREFIX + feature.name if feature.name.startswith(OWN_PREFIX) else feature.name


def asked_values(signature: Signature, query: Mapping[str, str]) -> dict[str, str] | None:
    """Return what the address says of each feature; None when it says nothing, for then nothing was asked."""
    parameters = {feature.name: parameter_of(feature) for feature in signature.features}
    if not any(parameter in query for parameter in parameters.values()):
        return None
    return {name: query.get(parameter, "") for name, parameter in parameters.items()}


def canonical_query(signature: Signature, values: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of the address that asks about `values` in every language."""
    return {parameter_of(feature): _canonical(feature, values[feature.name]) for feature in signature.features}


def example_values(signature: Signature, example: Mapping[str, Any]) -> dict[str, str]:
    """Return an example row as the fields hold it."""
    return {feature.name: _as_text(example.get(feature.name)) for feature in signature.features}


def row_of(signature: Signature, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the row to ask about. Numbers go as they were typed, so that nothing is rounded on the way."""
    return {feature.name: _as_json(feature, values.get(feature.name, "")) for feature in signature.features}


def fields_of(
    signature: Signature, values: Mapping[str, str], problems: Mapping[str, tuple[str, ...]], *, is_asked: bool
) -> tuple[Field, ...]:
    """Return the fields of the form, filled in."""
    return tuple(
        Field(
            id=f"feature-{position}",
            parameter=parameter_of(feature),
            label=label_of(feature),
            unit="" if in_words(feature.name) == feature.unit else feature.unit,
            widget=WIDGETS[feature.type],
            keyboard=_keyboard(feature),
            is_required=feature.required,
            value=_shown(feature, values.get(feature.name, "")),
            options=_options(feature),
            advice=_advice(feature),
            notice=_notice(feature, values.get(feature.name, "")) if is_asked else "",
            problems=problems.get(feature.name, ()),
        )
        for position, feature in enumerate(signature.features, 1)
    )


def label_of(feature: Feature) -> str:
    """Return a feature's name as people read it; a unit at its end is shown as the unit, not twice."""
    words = in_words(feature.name)
    if feature.unit:
        words = words.removesuffix(f" {feature.unit}")
    return words[:1].upper() + words[1:]


def is_unusual(feature: Feature, value: float) -> bool:
    """Return whether the reference data held nothing like this value."""
    if feature.minimum is None or feature.maximum is None:
        return False
    return not feature.minimum <= value <= feature.maximum


def caution(fields: Sequence[Field]) -> str:
    """Return what to say beside an answer to unusual values, which looks as certain as any other; empty for none."""
    names = [field.label for field in fields if field.notice]
    if not names:
        return ""
    words = ngettext(
        "%(count)d of the values lies outside what the model was measured on (%(names)s): do not rely on this answer.",
        "%(count)d of the values lie outside what the model was measured on (%(names)s): do not rely on this answer.",
        len(names),
    )
    return words % {"count": len(names), "names": ", ".join(names)}


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _canonical(feature: Feature, text: str) -> str:
    return canonical_number(text) if feature.type in NUMBERS else text


def _shown(feature: Feature, text: str) -> str:
    return typed_number(text) if feature.type in NUMBERS else text


def _keyboard(feature: Feature) -> str:
    """Return which keys a phone shows first; those for numbers lack the minus sign on some phones."""
    if feature.minimum is None or feature.minimum < 0:
        return "text"
    return "numeric" if feature.type is FeatureType.INTEGER else "decimal"


def _as_json(feature: Feature, text: str) -> Any:  # noqa: ANN401  # a JSON value
    if text == "":
        return None
    if feature.type is FeatureType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if feature.type in NUMBERS and JSON_NUMBER.fullmatch(text):
        return msgspec.Raw(text.encode())
    return text


def _options(feature: Feature) -> tuple[tuple[str, str], ...]:
    if feature.type is FeatureType.BOOLEAN:
        return (("true", _("Yes")), ("false", _("No")))
    return tuple((category, category) for category in feature.categories or ())


def _advice(feature: Feature) -> str:
    parts = []
    if feature.minimum is not None and feature.maximum is not None:
        parts.append(range_words(feature.minimum, feature.maximum, feature.unit))
    if not feature.required:
        parts.append(_("optional"))
    return " · ".join(parts)


def _notice(feature: Feature, text: str) -> str:
    if feature.type not in NUMBERS:
        return ""
    try:
        value = float(text)
    except ValueError:
        return ""
    if not math.isfinite(value) or not is_unusual(feature, value):
        return ""
    return _("Outside what the reference data held: take the answer with care.")
