"""Signatures that the tests of tables and dialects read against."""

from typing import Any

from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature

SPECIES = Output(kind=OutputKind.CLASS, name="species", labels=("Adelie", "Gentoo"), probabilities=True)


def signature(*features: Feature) -> Signature:
    """Return a signature of these features."""
    return Signature(features=features, output=SPECIES)


def number(name: str, **more: Any) -> Feature:
    return Feature(name=name, type=FeatureType.NUMBER, **more)


def integer(name: str, **more: Any) -> Feature:
    return Feature(name=name, type=FeatureType.INTEGER, **more)


def boolean(name: str, **more: Any) -> Feature:
    return Feature(name=name, type=FeatureType.BOOLEAN, **more)


def text(name: str, **more: Any) -> Feature:
    return Feature(name=name, type=FeatureType.TEXT, **more)


def category(name: str, *categories: str, **more: Any) -> Feature:
    return Feature(name=name, type=FeatureType.CATEGORY, categories=categories, **more)


MIXED = signature(
    number("mean radius"),
    integer("year"),
    category("island", "Biscoe", "Dream", "Torgersen"),
    boolean("class"),
    text("note", required=False),
    number("age", required=False),
)
MIXED_ROW: dict[str, Any] = {
    "mean radius": 1.5,
    "year": 2007,
    "island": "Dream",
    "class": True,
    "note": "a: b",
    "age": 3,
}
