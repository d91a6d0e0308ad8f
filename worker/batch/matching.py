"""Which column of a file gives which feature of a model: by its name, exactly or nearly, or as a person says."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from worker.batch.errors import FileRefused
from worker.contract.batch import ColumnFound
from worker.contract.signature import Signature
from worker.contract.words import NOTHING, Words
from worker.tables.wording import listed, named, nearest

_SEPARATING: Final = re.compile(r"[\s_\-.()\[\]]+")
_UNIT: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def match(
    columns: Sequence[str], signature: Signature, mapping: Mapping[str, str]
) -> tuple[tuple[ColumnFound, ...], tuple[str, ...]]:
    """Return the columns with the features that they give, and the required features that no column gives.

    Raise `FileRefused` if the mapping names what does not exist, or one column twice.
    """
    _check(columns, signature, mapping)
    column_of = {feature: column for feature, column in mapping.items() if column}
    for key in (str, alike, alike_without_unit):
        features = [name for name in signature.names if name not in column_of and name not in mapping]
        if not features:
            break
        taken = set(column_of.values())
        column_of |= _pairs(features, [column for column in columns if column not in taken], key)
    feature_of = {column: feature for feature, column in column_of.items()}
    found = tuple(ColumnFound(name=column, feature=feature_of.get(column, "")) for column in columns)
    return found, tuple(each.name for each in signature.features if each.required and each.name not in column_of)


def alike(name: str) -> str:
    """Return what names have in common that differ in case, accents, brackets and how words are separated."""
    plain = name.casefold()
    if not plain.isascii():
        plain = "".join(each for each in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(each))
    return _SEPARATING.sub(" ", plain).strip()


def alike_without_unit(name: str) -> str:
    """Return what names have in common that differ in a unit in brackets too."""
    return alike(_UNIT.sub(" ", name))


def _pairs(features: Iterable[str], columns: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """Return the features with the one column that has the same key, where no other has it."""
    by_key = _unique(columns, key)
    return {name: by_key[same] for same, name in _unique(features, key).items() if same in by_key}


def _unique(names: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    by_key: dict[str, str] = {}
    ambiguous = {""}
    for name in names:
        same = key(name)
        if same in by_key:
            ambiguous.add(same)
        by_key[same] = name
    return {same: name for same, name in by_key.items() if same not in ambiguous}


def _check(columns: Sequence[str], signature: Signature, mapping: Mapping[str, str]) -> None:
    features, known = set(signature.names), set(columns)
    given: dict[str, str] = {}
    for feature, column in mapping.items():
        if feature not in features:
            words = Words("The model has no feature {name}.", {"name": named(feature)})
            raise FileRefused(words, nearest_feature(feature, signature.names))
        if column and column not in known:
            raise no_column(column, columns)
        if column in given:
            words = Words(
                "The column {column} is chosen for both {features}.",
                {"column": named(column), "features": listed((given[column], feature))},
            )
            raise FileRefused(words, Words("Choose each column once."))
        if column:
            given[column] = feature


def no_column(column: str, columns: Sequence[str]) -> FileRefused:
    """Return the refusal of a column that was chosen and is not in the file."""
    words = Words("The file has no column {name}.", {"name": named(column)})
    like = nearest(column, columns)
    if like is None:
        return FileRefused(words, Words("Its columns are {names}.", {"names": listed(columns)}))
    return FileRefused(words, Words("The nearest column is {name}.", {"name": named(like)}))


def nearest_feature(name: str, features: Sequence[str]) -> Words:
    """Return the advice for the name of a feature that the model does not have."""
    like = nearest(name, features)
    return NOTHING if like is None else Words("The nearest feature is {name}.", {"name": named(like)})
