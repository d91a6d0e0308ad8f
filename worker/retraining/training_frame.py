"""Chosen rows as a table to train on: features as the signature has them, the target, and whence each row came."""

import re
from collections.abc import Collection, Sequence
from typing import Any, Final

import polars as pl

from worker.contract.signature import Feature, FeatureType, Output, OutputKind, Signature
from worker.journal.block import Column
from worker.journal.columns import HASH_HEX, PREDICTION, REQUEST, ROW, TIME, hashed
from worker.models.answers import Label, finite, label_names
from worker.retraining.choosing import Chosen

OWN: Final = ("prediction", "version", "request_id", "row", "answered_at")
TIME_TYPE: Final = pl.Datetime("ms", "UTC")
HASH: Final = re.compile(rf"[0-9a-f]{{{HASH_HEX}}}")
TYPES: Final[dict[FeatureType, pl.DataType]] = {
    FeatureType.NUMBER: pl.Float64(),
    FeatureType.INTEGER: pl.Int64(),
    FeatureType.BOOLEAN: pl.Boolean(),
    FeatureType.CATEGORY: pl.String(),
    FeatureType.TEXT: pl.String(),
}


class TrainingFrame:
    """Makes tables of chosen rows, all with the same columns. `key` is what features of this endpoint are hashed by."""

    def __init__(self, signature: Signature, target: str, hashed_names: Collection[str], key: bytes) -> None:
        self._signature = signature
        self._hashed = frozenset(hashed_names) & frozenset(signature.names)
        self._key = key
        labels = signature.output.labels or ()
        self._by_name: dict[str, Label] = dict(zip(label_names(labels), labels, strict=True))
        taken = list(signature.names)
        self.target = _unused(target or signature.output.name, taken)
        self.own = [_unused(name, taken) for name in OWN]

    @property
    def hashed(self) -> tuple[str, ...]:
        """The features whose values are hashes, in order."""
        return tuple(name for name in self._signature.names if name in self._hashed)

    @property
    def features(self) -> tuple[str, ...]:
        """The features in the order of the signature."""
        return self._signature.names

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """The types of all columns, in order."""
        said = _answer_type(self._signature.output)
        features = {each.name: pl.String() if each.name in self._hashed else TYPES[each.type]
                    for each in self._signature.features}  # fmt: skip  # one thing a line
        own = (said, pl.Int64(), pl.String(), pl.Int64(), TIME_TYPE)
        return {**features, self.target: said, **dict(zip(self.own, own, strict=True))}

    def of(self, chosen: Chosen) -> pl.DataFrame:
        """Return the table of these rows."""
        columns, schema = chosen.block.columns, self.schema
        made: dict[str, Sequence[Any]] = {
            each.name: self._values(each, columns.get(each.name), chosen.block.rows)
            for each in self._signature.features
        }
        made[self.target] = [None if each is None else self._said(each.value) for each in chosen.known]
        own = (
            [self._said(value) for value in columns[PREDICTION].tolist()],
            [chosen.block.version] * chosen.block.rows,
            columns[REQUEST].tolist(),
            columns[ROW].tolist(),
            columns[TIME].tolist(),
        )
        made |= dict(zip(self.own, own, strict=True))
        return pl.DataFrame([_series(name, made[name], kind) for name, kind in schema.items()])

    def _values(self, feature: Feature, column: Column | None, rows: int) -> Sequence[Any]:
        if column is None:
            return [None] * rows
        if feature.name in self._hashed:
            # Rows from before somebody wished hashes leave the box as hashes all the same.
            kept: list[Any] = (column if _are_hashes(column) else hashed(column, self._key)).tolist()
            return kept
        values = column.tolist()
        if feature.type in (FeatureType.CATEGORY, FeatureType.TEXT):
            return [None if value is None else str(value) for value in values]
        if column.dtype.kind == "O":  # hashes from before somebody wished values are no numbers
            return [value if isinstance(value, int | float) else None for value in values]
        return [None if value != value else value for value in values]  # noqa: PLR0124  # NaN alone differs from itself

    def _said(self, value: Any) -> Any:  # noqa: ANN401  # a label or a number
        """Return an answer or an outcome as the model says it; None for one of a version of another kind."""
        if self._signature.output.kind is OutputKind.NUMBER:
            return finite(value)
        label = self._by_name.get(label_names((value,))[0])
        return label if label is None or _has_one_type(self._signature.output) else label_names((label,))[0]


def _series(name: str, values: Sequence[Any], kind: pl.DataType) -> pl.Series:
    if kind == TIME_TYPE:
        return pl.Series(name, values, dtype=pl.Int64).cast(pl.Datetime("ms")).dt.replace_time_zone("UTC")
    if kind == pl.Int64():
        return pl.Series(name, values, dtype=pl.Float64).cast(pl.Int64) if _has_fractions(values) else pl.Series(
            name, values, dtype=pl.Int64
        )  # fmt: skip  # one thing a line
    if kind == pl.Boolean():
        return pl.Series(name, [None if value is None else bool(value) for value in values], dtype=pl.Boolean)
    return pl.Series(name, values, dtype=kind)


def _has_fractions(values: Sequence[Any]) -> bool:
    """Return whether integers are kept as doubles, as they are where some are missing."""
    return any(isinstance(value, float) for value in values)


def _are_hashes(column: Column) -> bool:
    if column.dtype.kind != "O":
        return False
    return all(value is None or (isinstance(value, str) and HASH.fullmatch(value)) for value in set(column.tolist()))


def _answer_type(output: Output) -> pl.DataType:
    if output.kind is OutputKind.NUMBER:
        return pl.Float64()
    if not _has_one_type(output):
        return pl.String()
    kinds: dict[type, pl.DataType] = {bool: pl.Boolean(), int: pl.Int64()}
    return kinds.get(type((output.labels or ("",))[0]), pl.String())


def _has_one_type(output: Output) -> bool:
    return len({type(label) for label in output.labels or ()}) == 1


def _unused(name: str, taken: list[str]) -> str:
    """Return a name that no column has yet, and take it."""
    while name in taken:
        name += "_"
    taken.append(name)
    return name
