"""Asks a version about the rows of a chunk, in slices; a row on which the model fails does not spoil its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.models.answers import Answers, label_names
from worker.models.serving import ServedModel
from worker.tables.table import Table

SLICE_ROWS: Final = 8_192
"""Asked at once: it is told how many are done, and seen whether the job was canceled, after each."""

FAILURES_MAX: Final = 200
"""So often a model may fail on a chunk before the rest of it is not tried row by row any more."""

Progress = Callable[[int], None]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answered:
    """Which rows of those that were asked are answered, and their predictions and probabilities, in order."""

    answered: Mask
    predictions: pl.Series
    probabilities: npt.NDArray[np.floating[Any]] | None = None

    @classmethod
    def none(cls, rows: int) -> "Answered":
        """Return that none of the rows is answered."""
        return cls(np.zeros(rows, np.bool_), pl.Series([], dtype=pl.Null))


class Asking:
    """Asks one version."""

    def __init__(self, model: ServedModel, progress: Progress) -> None:
        self._model = model
        self._progress = progress
        self._failures = 0

    def ask(self, table: Table) -> Answered:
        """Return the answers to all rows of the table."""
        parts: list[tuple[int, Answers | None]] = []
        for start in range(0, table.row_count, SLICE_ROWS):
            stop = min(start + SLICE_ROWS, table.row_count)
            parts.extend(self._slice(table.slice(start, stop)))
            self._progress(stop)
        return _joined(table.row_count, parts)

    def _slice(self, table: Table) -> list[tuple[int, Answers | None]]:
        """Return the answers by halves where the model fails on the whole, None for rows on which it fails alone."""
        try:
            answers = self._model.predict(table)
            return [(table.row_count, answers if len(answers) == table.row_count else None)]
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # an estimator may raise anything
            self._failures += 1
        if table.row_count == 1 or self._failures > FAILURES_MAX:
            return [(table.row_count, None)]
        middle = table.row_count // 2
        return [*self._slice(table.slice(0, middle)), *self._slice(table.slice(middle, table.row_count))]


def _joined(rows: int, parts: list[tuple[int, Answers | None]]) -> Answered:
    found = [answers for _, answers in parts if answers is not None]
    if not found:
        return Answered.none(rows)
    answered = np.concatenate([np.full(count, answers is not None) for count, answers in parts])
    predictions = np.concatenate([answers.predictions for answers in found])
    given = [answers.probabilities for answers in found if answers.probabilities is not None]
    probabilities = np.concatenate(given) if given else None
    finite = _are_finite(predictions, probabilities)
    if not finite.all():
        answered[answered] = finite
        predictions = predictions[finite]
        probabilities = None if probabilities is None else probabilities[finite]
    return Answered(answered, _series(predictions), probabilities)


def _are_finite(predictions: npt.NDArray[Any], probabilities: npt.NDArray[Any] | None) -> Mask:
    """Return which answers can be said: NaN is none, as it is none online."""
    finite = np.isfinite(predictions) if predictions.dtype.kind == "f" else np.ones(len(predictions), np.bool_)
    # Probabilities lie between 0 and 1, so their sum is finite exactly where all of them are.
    return finite if probabilities is None else finite & np.isfinite(probabilities.sum(axis=1))


def _series(predictions: npt.NDArray[Any]) -> pl.Series:
    if predictions.dtype == object:  # labels of several kinds are written as their names
        return pl.Series(label_names(tuple(predictions.tolist())), dtype=pl.String)
    # Texts of a fixed width cost polars three times as much as Python's.
    return pl.Series(predictions.tolist() if predictions.dtype.kind == "U" else predictions)


def spread(values: pl.Series, mask: Mask) -> pl.Series:
    """Return a series as long as `mask`: the values in order where it is true, null elsewhere."""
    if mask.all():
        return values
    at = pl.Series(np.cumsum(mask) - 1).set(~pl.Series(mask), None)
    return values.gather(at) if len(values) else values.extend_constant(None, len(mask))
