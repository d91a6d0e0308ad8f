"""Signatures: the ordered inputs of a model and what it answers."""

from enum import StrEnum
from typing import Final

import msgspec


class FeatureType(StrEnum):
    """The types a feature may have on the wire."""

    NUMBER = "number"
    INTEGER = "integer"
    CATEGORY = "category"
    BOOLEAN = "boolean"
    TEXT = "text"


class OutputKind(StrEnum):
    """What a prediction is."""

    CLASS = "class"
    NUMBER = "number"


INTEGER_MAX: Final = 2**53
"""The largest magnitude that a double, and with it JSON and every engine, holds exactly."""


class Feature(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """One input. `minimum`, `maximum` and `categories` are what the reference data held.

    A value outside the range is answered (the page says that it is unusual); a category that the reference data did not
    hold is refused. `required` is false where the model accepts a missing value.
    """

    name: str
    type: FeatureType
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str, ...] | None = None
    unit: str = ""


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a class with its `labels` (in the order of the probabilities) or a number with its `unit`."""

    kind: OutputKind
    name: str
    labels: tuple[str | int | bool, ...] | None = None
    unit: str = ""
    probabilities: bool = False


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """The features in the order in which the model takes them, and the output."""

    features: tuple[Feature, ...]
    output: Output

    @property
    def names(self) -> tuple[str, ...]:
        """The feature names in order."""
        return tuple(feature.name for feature in self.features)
