"""From Python values to numpy columns: the one place that says which type of numpy a feature has."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from worker.contract.signature import Feature, FeatureType, Signature
from worker.tables.table import Column, Table


def column_dtype(feature: Feature) -> np.dtype[Any]:
    """Return the numpy type of a feature's column."""
    if feature.type is FeatureType.NUMBER:
        return np.dtype(np.float64)
    if feature.type is FeatureType.INTEGER:
        return np.dtype(np.int64 if feature.required else np.float64)
    if feature.type is FeatureType.BOOLEAN and feature.required:
        return np.dtype(np.bool_)
    return np.dtype(object)


def is_all_numbers(signature: Signature) -> bool:
    """Return whether every column is float64, so that a table is one matrix."""
    return all(column_dtype(feature) == np.float64 for feature in signature.features)


def is_all_numeric(signature: Signature) -> bool:
    """Return whether every feature is a number, an integer, or true or false that is never missing."""
    return all(column_dtype(feature).kind != "O" for feature in signature.features)


def column_array(feature: Feature, values: Sequence[Any]) -> Column:
    """Return one column; None becomes NaN where the column is of numbers."""
    return np.array(values, dtype=column_dtype(feature))


class TableBuilder:
    """Makes tables of one signature from rows of Python values that were checked already."""

    def __init__(self, signature: Signature) -> None:
        self._dtypes = tuple(column_dtype(feature) for feature in signature.features)
        self._all_numbers = is_all_numbers(signature)

    def build(self, rows: Sequence[Sequence[Any]]) -> Table:
        """Return the table of these rows, each a sequence of values in the order of the signature, None for missing."""
        if self._all_numbers:
            return Table.from_matrix(np.array(rows, dtype=np.float64))
        columns = zip(*rows, strict=True)
        arrays = tuple(np.array(column, dtype=dtype) for column, dtype in zip(columns, self._dtypes, strict=True))
        return Table(arrays, len(rows))
