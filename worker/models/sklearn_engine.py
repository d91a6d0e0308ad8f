"""Predicts with scikit-learn: gives each estimator its rows in the form in which it was trained."""

import warnings
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.pipeline import Pipeline

from worker.contract.signature import OutputKind, Signature
from worker.models.answers import Answers
from worker.models.estimators import forget_names, selects_by_name, takes_text
from worker.models.labels import LabelDecoder
from worker.tables.columns import is_all_numeric
from worker.tables.table import Column, Table

_PREDICTS_MOST_PROBABLE: Final = (RandomForestClassifier, ExtraTreesClassifier)
"""Classifiers whose `predict` is the label of the largest of `predict_proba`, so that one call gives both."""


class SklearnEngine:
    """An estimator and how to ask it. It must not be used elsewhere: names are taken from it where arrays will do."""

    def __init__(self, model: Any, signature: Signature) -> None:  # noqa: ANN401  # an estimator
        self._model = model
        self._signature = signature
        self._all_numeric = is_all_numeric(signature)
        has_names = getattr(model, "feature_names_in_", None) is not None
        self._takes_text = takes_text(model)
        self._needs_frame = has_names and (not self._all_numeric or selects_by_name(model))
        if has_names and not self._needs_frame:
            forget_names(model)
        output = signature.output
        self._decoder = LabelDecoder(output.labels or ()) if output.kind is OutputKind.CLASS else None
        self._probabilities = output.kind is OutputKind.CLASS and output.probabilities
        last = model.steps[-1][1] if isinstance(model, Pipeline) else model
        self._most_probable = isinstance(last, _PREDICTS_MOST_PROBABLE)

    def predict(self, table: Table) -> Answers:
        """Return the answers to all rows. Whatever the estimator raises is raised."""
        rows = self._rows(table)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return self._ask(rows)

    def _ask(self, rows: Any) -> Answers:  # noqa: ANN401  # an array or a data frame
        if self._decoder is None:
            return Answers(np.asarray(self._model.predict(rows), dtype=np.float64).reshape(-1))
        probabilities = np.asarray(self._model.predict_proba(rows)) if self._probabilities else None
        if probabilities is not None and self._most_probable:
            labels = self._model.classes_.take(probabilities.argmax(axis=1))
        else:
            labels = self._model.predict(rows)
        return self._decoder.answers(np.asarray(labels), probabilities)

    def _rows(self, table: Table) -> Any:  # noqa: ANN401  # an array or a data frame
        if self._takes_text:
            return table.columns[0]
        if self._needs_frame:
            # The one-row path of models that need no names never pays for pandas.
            import pandas as pd  # noqa: PLC0415  # see above

            columns = dict(enumerate(map(_as_read_from_csv, table.columns)))
            frame = pd.DataFrame(columns, copy=False)
            frame.columns = pd.Index(self._signature.names, dtype=object)
            return frame
        if table.matrix is not None:
            return table.matrix
        if self._all_numeric:
            return np.column_stack([column.astype(np.float64) for column in table.columns])
        return _object_matrix(table)


def _as_read_from_csv(column: Column) -> Column:
    """Return objects with NaN for None: what pandas makes of an empty cell."""
    if column.dtype != object:
        return column
    missing = column == None  # noqa: E711  # for each element
    return np.where(missing, np.nan, column) if missing.any() else column


def _object_matrix(table: Table) -> npt.NDArray[np.object_]:
    matrix = np.empty((table.row_count, len(table.columns)), dtype=object)
    for position, column in enumerate(table.columns):
        matrix[:, position] = _as_read_from_csv(column)
    return matrix
