"""Asks a stranger's model, and says which row it stumbles on."""

from typing import Final, Protocol

import numpy as np

from worker.inspection.refusal import Refused
from worker.models.answers import Answers
from worker.tables.table import Table

HINT: Final = "Predict the reference rows in a fresh process, from the saved model and the saved CSV file."


class Predicts(Protocol):
    """What answers tables."""

    def predict(self, table: Table) -> Answers:
        """Return the answers to all rows."""


def ask(engine: Predicts, table: Table, rows: str = "the reference data") -> Answers:
    """Return the answers to all rows. Raise `Refused` when the model raises or answers what is no number."""
    answers = _answers(engine, table)
    if isinstance(answers, Exception):
        row, error = _culprit(engine, table, answers)
        where = f"row {row:,} of {rows}" if row else rows
        msg = f"The model cannot answer {where}: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        raise Refused(msg, HINT, row=row)
    if len(answers) != table.row_count:
        each, rest = divmod(len(answers), table.row_count)
        msg = f"The model gives {len(answers):,} answers to {table.row_count:,} rows."
        if rest == 0 and each > 1:
            msg = f"The model gives {each:,} answers to each row."
        raise Refused(msg, "Publish one model for each target.")
    bad = _first_not_finite(answers)
    if bad is not None:
        msg = f"The model answers row {bad:,} of {rows} with what is not a finite number."
        raise Refused(msg, HINT, row=bad)
    return answers


def _answers(engine: Predicts, table: Table) -> Answers | Exception:
    try:
        return engine.predict(table)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # a stranger's model may raise anything
        return error


def _culprit(engine: Predicts, table: Table, error: Exception) -> tuple[int, Exception]:
    """Return a row, counted from 1, that the model cannot answer alone, and what it raises; 0 if there is none."""
    start, stop = 0, table.row_count
    while stop - start > 1:
        middle = (start + stop) // 2
        for half in ((start, middle), (middle, stop)):
            outcome = _answers(engine, table.slice(*half))
            if isinstance(outcome, Exception):
                (start, stop), error = half, outcome
                break
        else:
            return 0, error
    return stop, error


def _first_not_finite(answers: Answers) -> int | None:
    numbers = answers.predictions if answers.probabilities is None else answers.probabilities
    if numbers.dtype.kind != "f":
        return None
    wrong = np.flatnonzero(~np.isfinite(numbers.astype(np.float64)).reshape(len(numbers), -1).all(axis=1))
    return int(wrong[0]) + 1 if len(wrong) else None
