"""Asks a stranger's model, and says which row it stumbles on."""

from typing import Final, Protocol

import numpy as np

from worker.contract.words import Fact, Piece, Words
from worker.inspection.refusal import Refused
from worker.models.answers import Answers
from worker.tables.table import Table

HINT: Final = Words("Predict the reference rows in a fresh process, from the saved model and the saved CSV file.")
REFERENCE_DATA: Final = Piece("the reference data")


class Predicts(Protocol):
    """What answers tables."""

    def predict(self, table: Table) -> Answers:
        """Return the answers to all rows."""


def ask(engine: Predicts, table: Table, rows: Piece = REFERENCE_DATA) -> Answers:
    """Return the answers to all rows. Raise `Refused` when the model raises or answers what is no number."""
    answers = _answers(engine, table)
    if isinstance(answers, Exception):
        row, error = _culprit(engine, table, answers)
        said = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
        facts: dict[str, Fact] = {"rows": rows, "error": said}
        words = Words("The model cannot answer {rows}: {error}", facts)
        if row:
            words = Words("The model cannot answer row {row:,} of {rows}: {error}", facts | {"row": row})
        raise Refused(words, HINT, row=row)
    if len(answers) != table.row_count:
        each, rest = divmod(len(answers), table.row_count)
        words = Words(
            "The model gives {answers:,} answers to {rows:,} rows.",
            {"answers": len(answers), "rows": table.row_count},
        )
        if rest == 0 and each > 1:
            words = Words("The model gives {answers:,} answers to each row.", {"answers": each})
        raise Refused(words, Words("Publish one model for each target."))
    bad = _first_not_finite(answers)
    if bad is not None:
        words = Words(
            "The model answers row {row:,} of {rows} with what is not a finite number.", {"row": bad, "rows": rows}
        )
        raise Refused(words, HINT, row=bad)
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
