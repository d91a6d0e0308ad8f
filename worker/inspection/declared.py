"""What whoever saved a model declared of its inputs, held against the reference data; and the example replayed."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import polars as pl

from worker.contract.inspection import Publication
from worker.contract.signature import Feature, FeatureType, Signature
from worker.inspection.asking import Predicts, ask
from worker.inspection.columns import CATEGORIES_MAX, first_row, listed, typed_values
from worker.inspection.formats.packages import DeclaredInput, Example
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.tables.wording import shown

MEND: Final = "Mend the reference data, or save the model with the signature of what it was trained on."
FITTING: Final = {
    "boolean": (FeatureType.BOOLEAN,),
    "integer": (FeatureType.INTEGER, FeatureType.NUMBER),
    "long": (FeatureType.INTEGER, FeatureType.NUMBER),
    "float": (FeatureType.NUMBER, FeatureType.INTEGER),
    "double": (FeatureType.NUMBER, FeatureType.INTEGER),
    "string": (FeatureType.CATEGORY, FeatureType.TEXT),
}
WORDS: Final = {"boolean": "true or false", "integer": "whole numbers", "long": "whole numbers", "string": "words"}
NUMBERS: Final = "numbers"


def with_words(publication: Publication, inputs: Sequence[DeclaredInput], data: pl.DataFrame) -> Publication:
    """Return the publication with the columns that are declared as words: of digits alone they look like numbers."""
    categories, text = set(publication.categories), set(publication.text)
    for name in (each.name for each in inputs if each.type == "string"):
        if name in data.columns and name not in categories | text:
            (categories if data[name].n_unique() <= CATEGORIES_MAX else text).add(name)
    return msgspec.structs.replace(publication, categories=tuple(sorted(categories)), text=tuple(sorted(text)))


def check_inputs(whose: str, inputs: Sequence[DeclaredInput], signature: Signature, values: pl.DataFrame) -> None:
    """Raise `Refused` where the declaration and the reference data contradict each other, saying where."""
    if not inputs:
        return
    declared = {each.name: each for each in inputs}
    foreign = [name for name in declared if name not in signature.names]
    if foreign:
        message = f"{whose} names the input {listed(foreign)}, which the model does not take."
        raise Refused(message, f"The model takes {listed(signature.names)}.", columns=foreign)
    for feature in signature.features:
        if feature.name not in declared:
            message = f"{whose} lacks the input {shown(feature.name)}, which the model takes."
            raise Refused(message, MEND, feature=feature.name)
        _check_input(whose, declared[feature.name], feature, values[feature.name])


def _check_input(whose: str, declared: DeclaredInput, feature: Feature, values: pl.Series) -> None:
    wanted = WORDS.get(declared.type, NUMBERS)
    if feature.type not in FITTING[declared.type]:
        held = WORDS.get({"category": "string", "text": "string"}.get(feature.type, feature.type), NUMBERS)
        message = f"{whose} says that {shown(feature.name)} is {wanted}; the reference data holds {held}."
        raise Refused(message, MEND, feature=feature.name)
    if feature.type is FeatureType.NUMBER and wanted == WORDS["long"]:
        broken = values.is_not_null() & (values != values.round())
        if broken.any():
            row = first_row(broken)
            cell = shown(values[row - 1])
            message = (
                f"{whose} says that {shown(feature.name)} is {wanted}; row {row:,} of the reference data has {cell}."
            )
            raise Refused(message, MEND, feature=feature.name, row=row)
    if declared.required and not feature.required:
        row = first_row(values.is_null())
        message = f"{whose} requires {shown(feature.name)}; row {row:,} of the reference data has no value."
        raise Refused(message, MEND, feature=feature.name, row=row)


def check_width(width: int | None, signature: Signature) -> None:
    """Raise `Refused` when a declared tensor is of another width than the reference data."""
    if width is not None and width != len(signature.features):
        message = f"The MLflow signature has {width:,} columns, the model takes {len(signature.features):,}."
        raise Refused(message, MEND)


def replay(engine: Predicts, example: Example | None, signature: Signature) -> int:
    """Return how many rows of the input example the model answers. Raise `Refused` for one that it cannot answer."""
    if example is None:
        return 0
    absent = [name for name in signature.names if name not in example.columns]
    if absent:
        message = f"The MLflow input example lacks the column {listed(absent)}."
        raise Refused(message, "Log the model again with an example of what it takes.", columns=absent)
    columns = dict(zip(example.columns, zip(*example.rows, strict=True), strict=True))
    typed = [typed_values(_cells(feature.name, columns[feature.name]), feature.type) for feature in signature.features]
    values = pl.DataFrame(typed)
    return len(ask(engine, to_table(values, signature), "the MLflow input example"))


def _cells(name: str, values: Sequence[Any]) -> pl.Series:
    return pl.Series(name, [None if value is None else _cell(value) for value in values], dtype=pl.String)


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
