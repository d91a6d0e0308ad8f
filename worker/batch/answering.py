"""Asks a version about the rows of a chunk, in slices; a row on which the model fails does not spoil its neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from worker.models.answers import Answers
from worker.models.errors import ModelError
from worker.models.serving import ServedModel
from worker.tables.table import Table

SLICE_ROWS: Final = 8_192
"""Asked at once: it is told how many are done, and seen whether the job was canceled, after each."""

FAILURES_MAX: Final = 200
"""So often a model may fail on a chunk before the rest of it is not tried row by row any more."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Answered:
    """One prediction for each row that was asked, null where the model failed; `probabilities` a column a label."""

    predictions: pl.Series
    probabilities: tuple[pl.Series, ...]
    answered: npt.NDArray[np.bool_]


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
        return self._joined(parts)

    def _slice(self, table: Table) -> list[tuple[int, Answers | None]]:
        """Return the answers by halves where the model fails on the whole, None for rows on which it fails alone."""
        try:
            answers = self._model.predict(table)
            return [(table.row_count, answers if len(answers) == table.row_count else None)]
        except MemoryError:
            raise
        except (ModelError, Exception):  # noqa: BLE001  # an estimator may raise anything
            self._failures += 1
        if table.row_count == 1 or self._failures > FAILURES_MAX:
            return [(table.row_count, None)]
        middle = table.row_count // 2
        return [*self._slice(table.slice(0, middle)), *self._slice(table.slice(middle, table.row_count))]

    def _joined(self, parts: list[tuple[int, Answers | None]]) -> Answered:
        answered = np.concatenate([np.full(rows, found is not None) for rows, found in parts] or [np.zeros(0, bool)])
        found = [answers for _, answers in parts if answers is not None]
        labels = found[0].label_names if found and found[0].probabilities is not None else ()
        predictions = _series([answers.predictions for answers in found])
        probabilities = tuple(
            _series([answers.probabilities[:, at] for answers in found if answers.probabilities is not None])
            for at in range(len(labels))
        )
        return Answered(
            spread(predictions, answered), tuple(spread(each, answered) for each in probabilities), answered
        )


def spread(values: pl.Series, mask: npt.NDArray[np.bool_]) -> pl.Series:
    """Return a series as long as `mask`: the values in order where it is true, null elsewhere."""
    if mask.all():
        return values
    at = pl.Series(np.cumsum(mask) - 1).zip_with(pl.Series(mask), pl.Series([None], dtype=pl.Int64))
    return values.gather(at)


def _series(arrays: list[npt.NDArray[Any]]) -> pl.Series:
    if not arrays:
        return pl.Series([], dtype=pl.Float64)
    whole = np.concatenate(arrays)
    if whole.dtype == object:
        kinds = {type(value) for value in whole}
        return pl.Series([str(value) for value in whole]) if len(kinds) > 1 else pl.Series(whole.tolist())
    return pl.Series(whole)
