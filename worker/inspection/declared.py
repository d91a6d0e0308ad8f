"""What whoever saved a model declared of its inputs, held against the reference data; and the example replayed."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import polars as pl

from worker.contract.inspection import Publication
from worker.contract.signature import Feature, FeatureType, Signature
from worker.contract.words import Fact, Piece, Words
from worker.inspection.asking import Predicts, ask
from worker.inspection.columns import CATEGORIES_MAX, first_row, typed_values
from worker.inspection.formats.packages import DeclaredInput, Example
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.tables.wording import listed, quoted

MEND: Final = Words("Mend the reference data, or save the model with the signature of what it was trained on.")
FITTING: Final = {
    "boolean": (FeatureType.BOOLEAN,),
    "integer": (FeatureType.INTEGER, FeatureType.NUMBER),
    "long": (FeatureType.INTEGER, FeatureType.NUMBER),
    "float": (FeatureType.NUMBER, FeatureType.INTEGER),
    "double": (FeatureType.NUMBER, FeatureType.INTEGER),
    "string": (FeatureType.CATEGORY, FeatureType.TEXT),
}
WHOLE_NUMBERS: Final = Piece("whole numbers")
KINDS: Final = {
    "boolean": Piece("true or false"),
    "integer": WHOLE_NUMBERS,
    "long": WHOLE_NUMBERS,
    "string": Piece("words"),
}
NUMBERS: Final = Piece("numbers")
EXAMPLE: Final = Piece("the MLflow input example")


def with_words(publication: Publication, inputs: Sequence[DeclaredInput], data: pl.DataFrame) -> Publication:
    """Return the publication with the columns that are declared as words: of digits alone they look like numbers."""
    categories, text = set(publication.categories), set(publication.text)
    for name in (each.name for each in inputs if each.type == "string"):
        if name in data.columns and name not in categories | text:
            (categories if data[name].n_unique() <= CATEGORIES_MAX else text).add(name)
    return msgspec.structs.replace(publication, categories=tuple(sorted(categories)), text=tuple(sorted(text)))


def check_inputs(whose: Piece, inputs: Sequence[DeclaredInput], signature: Signature, values: pl.DataFrame) -> None:
    """Raise `Refused` where the declaration and the reference data contradict each other, saying where."""
    if not inputs:
        return
    declared = {each.name: each for each in inputs}
    foreign = [name for name in declared if name not in signature.names]
    if foreign:
        words = Words(
            "{whose} names the input {names}, which the model does not take.",
            {"whose": whose, "names": listed(foreign)},
        )
        raise Refused(words, Words("The model takes {names}.", {"names": listed(signature.names)}), columns=foreign)
    for feature in signature.features:
        if feature.name not in declared:
            facts: dict[str, Fact] = {"whose": whose, "feature": quoted(feature.name)}
            words = Words("{whose} lacks the input {feature}, which the model takes.", facts)
            raise Refused(words, MEND, feature=feature.name)
        _check_input(whose, declared[feature.name], feature, values[feature.name])


def _check_input(whose: Piece, declared: DeclaredInput, feature: Feature, values: pl.Series) -> None:
    wanted = KINDS.get(declared.type, NUMBERS)
    facts: dict[str, Fact] = {"whose": whose, "feature": quoted(feature.name)}
    if feature.type not in FITTING[declared.type]:
        held = KINDS.get({"category": "string", "text": "string"}.get(feature.type, feature.type), NUMBERS)
        words = Words(
            "{whose} says that {feature} is {wanted}; the reference data holds {held}.",
            facts | {"wanted": wanted, "held": held},
        )
        raise Refused(words, MEND, feature=feature.name)
    if feature.type is FeatureType.NUMBER and wanted == WHOLE_NUMBERS:
        broken = values.is_not_null() & (values != values.round())
        if broken.any():
            row = first_row(broken)
            words = Words(
                "{whose} says that {feature} is {wanted}; row {row:,} of the reference data has {cell}.",
                facts | {"wanted": wanted, "row": row, "cell": quoted(values[row - 1])},
            )
            raise Refused(words, MEND, feature=feature.name, row=row)
    if declared.required and not feature.required:
        row = first_row(values.is_null())
        words = Words(
            "{whose} requires {feature}; row {row:,} of the reference data has no value.", facts | {"row": row}
        )
        raise Refused(words, MEND, feature=feature.name, row=row)


def check_width(width: int | None, signature: Signature) -> None:
    """Raise `Refused` when a declared tensor is of another width than the reference data."""
    if width is not None and width != len(signature.features):
        words = Words(
            "The MLflow signature has {width:,} columns, the model takes {count:,}.",
            {"width": width, "count": len(signature.features)},
        )
        raise Refused(words, MEND)


def replay(engine: Predicts, example: Example | None, signature: Signature) -> int:
    """Return how many rows of the input example the model answers. Raise `Refused` for one that it cannot answer."""
    if example is None:
        return 0
    absent = [name for name in signature.names if name not in example.columns]
    if absent:
        words = Words("The MLflow input example lacks the column {names}.", {"names": listed(absent)})
        raise Refused(words, Words("Log the model again with an example of what it takes."), columns=absent)
    columns = dict(zip(example.columns, zip(*example.rows, strict=True), strict=True))
    typed = [typed_values(_cells(feature.name, columns[feature.name]), feature.type) for feature in signature.features]
    values = pl.DataFrame(typed)
    return len(ask(engine, to_table(values, signature), EXAMPLE))


def _cells(name: str, values: Sequence[Any]) -> pl.Series:
    return pl.Series(name, [None if value is None else _cell(value) for value in values], dtype=pl.String)


def _cell(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
