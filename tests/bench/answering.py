"""The made-up models of the drift bench: what they answer, as the product compares it with the reference."""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker.stats.columns import Column

LABELS: Final = {"two labels": 2, "three labels": 3}
KINDS: Final = ("number", *LABELS)
SHARP: Final = 1.5
"""How far apart the scores of labels lie: probabilities are of all sizes, and some rows are sure."""

PREDICTION: Final = "prediction"

Numbers = npt.NDArray[np.float64]


def answers(kind: str, rows: int, rng: np.random.Generator, moved: float = 0.0) -> dict[str, Column]:
    """Return the answers to so many rows: a number, or a label and the probability of each.

    The model weighs all columns alike: a column that moves by a standard deviation has the score move by `moved`. The
    answers are drawn apart from the columns, which makes false alarms of both together rather more frequent.
    """
    scores = rng.standard_normal(rows) + moved
    if kind not in LABELS:
        return {PREDICTION: _ordered(scores)}
    others = [SHARP * rng.standard_normal(rows) for _ in range(LABELS[kind] - 2)]
    probabilities = np.exp(np.column_stack([SHARP * scores, np.zeros(rows), *others]))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    counts = np.bincount(probabilities.argmax(axis=1), minlength=LABELS[kind]).tolist()
    made = {PREDICTION: Column(categories={f"label {at}": count for at, count in enumerate(counts) if count})}
    return made | {f"probability of label {at}": _ordered(each) for at, each in enumerate(probabilities.T)}


def _ordered(values: Numbers) -> Column:
    return Column(ordered=np.sort(values))
