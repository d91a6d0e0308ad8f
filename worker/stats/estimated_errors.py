"""How large the errors of a regression probably are where no truth is known yet: a second model, of the error.

It learns from the reference which rows are hard. Like the estimate of classifiers it holds while only the inputs moved.
"""

from dataclasses import dataclass
from typing import Final, Protocol, Self

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import KFold

from worker.contract.monitoring import Estimate

FOLDS: Final = 5
SEED: Final = 20_250_103
ROWS_MIN: Final = 100
ROWS_MAX: Final = 20_000
ERRORS: Final = 3.0
LEAST: Final = 1e-12
LEAST_SHARE: Final = 0.05

Numbers = npt.NDArray[np.float64]


class Foretells(Protocol):
    """A model of errors."""

    def predict(self, columns: Numbers, /) -> Numbers:
        """Return the error of each row."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorModel:
    """What is known of the errors of a model: for |e| and e² a model, its bias, and by how much rows depart from it."""

    models: tuple[Foretells, Foretells]
    ratios: tuple[float, float]
    spreads: tuple[float, float]
    rows: int

    @classmethod
    def of(cls, inputs: Numbers, said: Numbers, truth: Numbers) -> Self:
        """Return the model of the errors of answers `said` (n,) to `inputs` (n, features; NaN is missing).

        Rows that the errors are learned from do not judge them (five folds): `ratios` are what errors are to what was
        foretold of them on average, `spreads` the standard deviations of the single ones about that. Of more than
        20,000 rows so many are drawn. Raise ValueError for fewer than 100 rows.
        """
        if len(truth) < ROWS_MIN:
            msg = f"Errors are learned from at least {ROWS_MIN} rows with a known truth, got {len(truth)}."
            raise ValueError(msg)
        chosen = np.random.default_rng(SEED).permutation(len(truth))[:ROWS_MAX]
        columns = np.column_stack([inputs[chosen], said[chosen]])
        errors = np.abs(said[chosen] - truth[chosen])
        learned = [_learned(columns, target) for target in (errors, errors**2)]
        models, ratios, spreads = zip(*learned, strict=True)
        return cls(models=models, ratios=ratios, spreads=spreads, rows=len(chosen))

    def estimated(self, inputs: Numbers, said: Numbers) -> tuple[Estimate, ...]:
        """Return the mean absolute and the root mean squared error to be expected, with bands; empty without rows.

        The band is ±3 standard errors of what n such rows would show, and of what the reference leaves unknown.
        """
        rows = len(said)
        if not rows:
            return ()
        columns = np.column_stack([inputs, said])
        found = []
        for model, ratio, spread in zip(self.models, self.ratios, self.spreads, strict=True):
            foretold = ratio * _foretold(model, columns)
            mean = float(foretold.mean())
            of_rows = spread * float(np.sqrt((foretold**2).sum())) / rows
            of_reference = spread * mean / np.sqrt(self.rows)
            half = ERRORS * float(np.hypot(of_rows, of_reference))
            found.append((max(0.0, mean - half), mean, mean + half))
        (low, mae, high), squares = found
        roots = [float(np.sqrt(square)) for square in squares]
        return (
            Estimate(name="mae", value=mae, low=low, high=high, rows=rows),
            Estimate(name="rmse", value=roots[1], low=roots[0], high=roots[2], rows=rows),
        )


def _learned(columns: Numbers, target: Numbers) -> tuple[Foretells, float, float]:
    held = np.empty(len(target))
    for train, test in KFold(FOLDS, shuffle=True, random_state=SEED).split(columns):
        held[test] = _foretold(_fitted(columns[train], target[train]), columns[test])
    ratio = float(target.mean() / held.mean()) if held.mean() > LEAST else 1.0
    # A row of which hardly any error is foretold departs from that by a huge factor, and by next to nothing.
    spread = float(np.std(target / np.maximum(ratio * held, max(LEAST, LEAST_SHARE * target.mean()))))
    return _fitted(columns, target), ratio, spread


def _fitted(columns: Numbers, target: Numbers) -> Foretells:
    model: Foretells = HistGradientBoostingRegressor(
        max_iter=60, learning_rate=0.1, max_leaf_nodes=15, min_samples_leaf=30, random_state=SEED
    ).fit(columns, target)
    return model


def _foretold(model: Foretells, columns: Numbers) -> Numbers:
    """Return foretold errors; a sum of trees may fall below zero, an error may not."""
    foretold: Numbers = np.maximum(model.predict(columns), LEAST)
    return foretold
