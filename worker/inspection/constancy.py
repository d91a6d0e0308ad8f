"""Whether a model answers the same row always the same: twice in a batch, asked again, and alone."""

import math
import time
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.contract.report import Latency
from worker.contract.words import Fact, Piece, Words
from worker.inspection.asking import Predicts
from worker.inspection.refusal import Refused
from worker.models.agreement import NUMBER_FLOOR, PROBABILITY_FLOOR, RELATIVE
from worker.models.answers import Answers
from worker.tables.table import Table
from worker.tables.wording import quoted

ROWS: Final = 100
ALONE: Final = 20
ALONE_S: Final = 1.0
MANY: Final = 0.1
"""Up to this share of rows may be answered otherwise alone: of neighbours at equal distances any may be the nearest."""

HINT: Final = Words(
    "Publish a model whose answers follow from the row alone: nothing drawn at random when it predicts."
)
HINT_ALONE: Final = Words(
    "Rows of several people are predicted together, so an answer must follow from its own row alone."
)


class Constancy(StrEnum):
    """How far answers repeat themselves."""

    ALWAYS = "always"
    MOSTLY = "mostly"


def constancy(model: Predicts, rows: Table, latency: Sequence[Latency]) -> Constancy:
    """Return whether answers repeat themselves, to rounding. Raise `Refused` when they do not."""
    few = rows.slice(0, min(rows.row_count, ROWS if latency[-1].rows >= ROWS else 1))
    once, again = model.predict(few), model.predict(few)
    both = model.predict(Table.concatenate([few, few]))
    for other in (again, both.slice(0, len(once)), both.slice(len(once), len(both))):
        different = np.flatnonzero(differ(once, other))
        if len(different):
            one, two = _said(once, int(different[0])), _said(other, int(different[0]))
            words = Words(
                "The model answers the same row differently each time: {one}, then {two}.", {"one": one, "two": two}
            )
            raise Refused(words, HINT)
    return _alone(model, few, once)


def differ(answers: Answers, others: Answers) -> npt.NDArray[np.bool_]:
    """Return which rows are answered otherwise, beyond what rounding explains."""
    if answers.probabilities is not None and others.probabilities is not None:
        # Where two labels are equally likely, rounding decides which is answered.
        beyond = _beyond(answers.probabilities, others.probabilities, PROBABILITY_FLOOR)
        return np.asarray(beyond.any(axis=1), dtype=np.bool_)
    if answers.labels:
        return np.asarray(answers.predictions != others.predictions, dtype=np.bool_)
    scale = float(np.abs(answers.predictions).max(initial=0.0))
    return _beyond(answers.predictions, others.predictions, NUMBER_FLOOR * scale)


def _alone(model: Predicts, few: Table, once: Answers) -> Constancy:
    started_s, asked, different = time.perf_counter(), 0, []
    for row in range(min(ALONE, few.row_count)):
        alone = model.predict(few.slice(row, row + 1))
        asked += 1
        if differ(once.slice(row, row + 1), alone).any():
            different.append((_said(once, row), _said(alone, 0)))
        if time.perf_counter() - started_s > ALONE_S:
            break
    if len(different) > MANY * asked:
        together, apart = different[0]
        words = Words(
            "The model answers a row otherwise alone than among others: {apart} instead of {together}.",
            {"apart": apart, "together": together},
        )
        raise Refused(words, HINT_ALONE)
    return Constancy.MOSTLY if different else Constancy.ALWAYS


def _beyond(values: npt.NDArray[np.floating], others: npt.NDArray[np.floating], floor: float) -> npt.NDArray[np.bool_]:
    fits = np.abs(values.astype(np.float64) - others) <= RELATIVE * np.abs(others) + floor
    return np.asarray(~fits, dtype=np.bool_)


def _said(answers: Answers, row: int) -> Fact:
    said = quoted(answers.predictions[row : row + 1].tolist()[0])
    probability = 0.0 if answers.probabilities is None else float(answers.probabilities[row].max())
    if answers.probabilities is None or not math.isfinite(probability):  # a message carries finite numbers only
        return said
    return Piece("{answer} with {probability:.4g}", {"answer": said, "probability": probability})
