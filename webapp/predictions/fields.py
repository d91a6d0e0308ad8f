"""A form made from a signature: one field a feature, values from the address, so that a link reproduces an answer."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec
from django.utils.translation import gettext as _

from webapp.endpoints.wording import in_words
from webapp.predictions.numbers import range_words
from worker.contract.signature import Feature, FeatureType, Signature

JSON_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
OWN_PREFIX: Final = "_"
"""Parameters of the page itself begin so; a feature's name that does so too gets one more."""

EXAMPLE_PARAMETER: Final = "_example"


class Widget(StrEnum):
    """How a feature is asked for."""

    NUMBER = "number"
    SELECT = "select"
    TEXT = "text"


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
    step: str
    is_required: bool
    value: str
    options: tuple[tuple[str, str], ...]
    advice: str
    notice: str
    problems: tuple[str, ...]

    @property
    def is_foreign(self) -> bool:
        """Whether the widget would not offer this value: an address may say anything, and it is shown as it is."""
        if self.value == "":
            return False
        if self.widget is Widget.SELECT:
            return self.value not in {value for value, _words in self.options}
        return self.widget is Widget.NUMBER and not JSON_NUMBER.fullmatch(self.value.strip())

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
            step="1" if feature.type is FeatureType.INTEGER else "any",
            is_required=feature.required,
            value=values.get(feature.name, ""),
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


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _as_json(feature: Feature, text: str) -> Any:  # noqa: ANN401  # a JSON value
    if text == "":
        return None
    if feature.type is FeatureType.BOOLEAN:
        return {"true": True, "false": False}.get(text, text)
    if feature.type in {FeatureType.NUMBER, FeatureType.INTEGER}:
        number = text.strip()
        return msgspec.Raw(number.encode()) if JSON_NUMBER.fullmatch(number) else text
    return text


def _options(feature: Feature) -> tuple[tuple[str, str], ...]:
    if feature.type is FeatureType.BOOLEAN:
        return (("true", _("Yes")), ("false", _("No")))
    return tuple((category, category) for category in feature.categories or ())


def _advice(feature: Feature) -> str:
    parts = []
    if feature.minimum is not None and feature.maximum is not None:
        known = range_words(feature.minimum, feature.maximum, feature.unit)
        parts.append(_("%(range)s in the reference data") % {"range": known})
    if not feature.required:
        parts.append(_("may be left empty"))
    return " · ".join(parts)


def _notice(feature: Feature, text: str) -> str:
    if feature.type not in {FeatureType.NUMBER, FeatureType.INTEGER}:
        return ""
    try:
        value = float(text)
    except ValueError:
        return ""
    if not math.isfinite(value) or not is_unusual(feature, value):
        return ""
    return _("Outside what the reference data held: take the answer with care.")
