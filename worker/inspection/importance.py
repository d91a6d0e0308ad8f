"""How much each feature matters to the answers: by how much the loss grows when its values are shuffled among rows.

Permutation importance (L. Breiman, Machine Learning 45, 2001, p. 5). Bounded in rows and in time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.contract.report import Importance
from worker.inspection.asking import Predicts
from worker.models.answers import Answers
from worker.tables.table import Table

ROWS_MAX: Final = 1_000
ROWS_MIN: Final = 50
REPEATS: Final = 5
BUDGET_S: Final = 3.0
SEED: Final = 20_250_102

Rows = npt.NDArray[np.intp]
Loss = Callable[[Answers, Rows], float]
"""The mean loss of answers to these rows of the reference data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """What shuffling showed. `ignored` features change no answer; for the `unknown` ones there was no time."""

    importance: tuple[Importance, ...] = ()
    ignored: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(slots=True)
class _Shuffled:
    """What came of shuffling one feature."""

    losses: list[float] = field(default_factory=list)
    has_changed: bool = False
    is_constant: bool = False


def influence(engine: Predicts, table: Table, names: tuple[str, ...], known: Rows, loss: Loss | None) -> Influence:
    """Return the influence of each feature on the answers to the `known` rows; without a loss no importance."""
    generator = np.random.default_rng(SEED)
    started_s = time.perf_counter()
    rows = _affordable(engine, table, known[generator.permutation(len(known))[:ROWS_MAX]], len(names))
    chosen = take(table, rows)
    base = engine.predict(chosen)
    found = [_Shuffled() for _ in names]
    for _ in range(REPEATS if loss else 1):
        for position, shuffled in enumerate(found):
            if time.perf_counter() - started_s > BUDGET_S:
                return _influence(names, found, loss and loss(base, rows))
            table_of = _with_shuffled(chosen, position, generator)
            shuffled.is_constant = table_of is None
            if table_of is None:
                shuffled.losses.append(loss(base, rows) if loss else 0.0)
                continue
            answers = engine.predict(table_of)
            shuffled.has_changed = shuffled.has_changed or not _are_equal(answers, base)
            shuffled.losses.append(loss(answers, rows) if loss else 0.0)
    return _influence(names, found, loss and loss(base, rows))


def take(table: Table, rows: Rows) -> Table:
    """Return these rows of a table."""
    if table.matrix is not None:
        return Table.from_matrix(table.matrix[rows])
    return Table(tuple(column[rows] for column in table.columns), len(rows))


def _affordable(engine: Predicts, table: Table, rows: Rows, features: int) -> Rows:
    """Return so many of the rows that each feature can be shuffled once within the time."""
    chosen = take(table, rows)
    started_s = time.perf_counter()
    engine.predict(chosen)
    needed_s = (time.perf_counter() - started_s) * features * 2
    return rows[: max(ROWS_MIN, int(len(rows) * min(1.0, BUDGET_S / max(needed_s, 1e-9))))]


def _with_shuffled(table: Table, position: int, generator: np.random.Generator) -> Table | None:
    """Return the table with one column shuffled, None where all its values are alike."""
    order = generator.permutation(table.row_count)
    if table.matrix is not None:
        matrix = table.matrix.copy()
        matrix[:, position] = matrix[order, position]
        return None if _is_constant(table.matrix[:, position]) else Table.from_matrix(matrix)
    columns = list(table.columns)
    if _is_constant(columns[position]):
        return None
    columns[position] = columns[position][order]
    return Table(tuple(columns), table.row_count)


def _is_constant(column: npt.NDArray[Any]) -> bool:
    if column.dtype.kind == "f":
        missing = np.isnan(column)
        return bool(missing.all() or (not missing.any() and (column == column[0]).all()))
    return bool((column == column[0]).all())


def _are_equal(answers: Answers, base: Answers) -> bool:
    if answers.probabilities is not None and base.probabilities is not None:
        return bool(np.array_equal(answers.probabilities, base.probabilities))
    return bool(np.array_equal(answers.predictions, base.predictions))


def _influence(names: tuple[str, ...], found: list[_Shuffled], loss: float | None) -> Influence:
    tried = [(name, shuffled) for name, shuffled in zip(names, found, strict=True) if shuffled.losses]
    importance = [
        Importance(feature=name, value=float(np.mean(shuffled.losses)) - loss, sd=float(np.std(shuffled.losses)))
        for name, shuffled in tried
        if loss is not None
    ]
    return Influence(
        importance=tuple(importance),
        ignored=tuple(name for name, shuffled in tried if not shuffled.has_changed and not shuffled.is_constant),
        unknown=tuple(name for name, shuffled in zip(names, found, strict=True) if not shuffled.losses),
    )
