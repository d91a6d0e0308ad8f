"""How good a classifier probably is where no truth is known yet: what its own probabilities lead to expect (CBPE).

It holds as long as only the inputs moved. Where the same inputs have come to mean something else, it cannot know.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.contract.monitoring import Estimate, Isotonic
from worker.stats import recalibration

ERRORS: Final = 3.0
"""The band is so many standard errors wide to each side: 99.7 % of realised figures where calibration is right."""

FIGURES: Final = ("accuracy", "precision", "recall", "f1", "auc")

Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.int64]


def calibrators(probabilities: Numbers, right: Positions, positive: int | None) -> tuple[Isotonic | None, ...]:
    """Return what to calibrate each column of probabilities (n, labels) with, learned where truths are known.

    `right` (n,) are the places of the true labels. Of two labels, the `positive` one is learned and the other follows;
    without a positive label each is learned against all others.
    """
    places = range(probabilities.shape[1]) if positive is None else [positive]
    return tuple(recalibration.learned(probabilities[:, place], right == place) for place in places)


def estimated(
    probabilities: Numbers, said: Positions, learned: Sequence[Isotonic | None], positive: int | None
) -> tuple[Estimate, ...]:
    """Return accuracy, precision, recall, F1 and AUC as they are to be expected, with bands of ±3 standard errors.

    `probabilities` (n, labels) are the model's own, `said` (n,) the places of its answers. With a `positive` label the
    figures are of that one, else means over the labels, each against the others. Of n rows that are right with
    probability p, Σp are expected to be: TP = Σp over those answered with the label, FP = Σ(1 - p), FN = Σp over those
    answered otherwise; AUC by the order of the uncalibrated scores (NannyML's CBPE, which gives the same values). The
    errors are those of truths drawn with these probabilities, to first order: √Σp(1 - p)/n for the accuracy; they leave
    out what the calibration itself may be off by. A figure that is not defined is left out. Empty without rows.
    """
    rows = len(said)
    if not rows:
        return ()
    calibrated = _calibrated(probabilities, learned, positive)
    correct = np.zeros_like(calibrated)
    correct[np.arange(rows), said] = 1 / rows
    found = [_band("accuracy", float((calibrated * correct).sum()), correct, calibrated)]
    places = range(calibrated.shape[1]) if positive is None else [positive]
    each = [_of_label(calibrated[:, place], probabilities[:, place], said == place) for place in places]
    for figure, name in enumerate(FIGURES[1:]):
        values = [label[figure][0] for label in each]
        if not np.isfinite(values).all():
            continue
        slopes = np.zeros_like(calibrated)
        for place, label in zip(places, each, strict=True):
            slopes[:, place] = label[figure][1] / len(each)
        found.append(_band(name, float(np.mean(values)), slopes, calibrated))
    return tuple(found)


def _calibrated(probabilities: Numbers, learned: Sequence[Isotonic | None], positive: int | None) -> Numbers:
    if positive is not None:
        assert probabilities.shape[1] == 2, "A positive label is one of two"
        one = recalibration.applied(learned[0], probabilities[:, positive])
        return np.column_stack([one, 1 - one] if positive == 0 else [1 - one, one])
    each = np.column_stack(
        [recalibration.applied(isotonic, probabilities[:, place]) for place, isotonic in enumerate(learned)]
    )
    total = each.sum(axis=1, keepdims=True)
    return np.where(total > 0, each / np.where(total > 0, total, 1), 1 / each.shape[1])


def _of_label(p: Numbers, scores: Numbers, said: npt.NDArray[np.bool_]) -> list[tuple[float, Numbers]]:
    """Return precision, recall, F1 and AUC of one label, each with its slope in the probability of each row."""
    answered, positives, hits = float(said.sum()), float(p.sum()), float(p[said].sum())
    is_said = said.astype(np.float64)
    zero = np.zeros(len(p))
    precision = (hits / answered, is_said / answered) if answered else (0.0, zero)
    recall = (hits / positives, is_said / positives - hits / positives**2) if positives else (0.0, zero)
    both = answered + positives
    f1 = (2 * hits / both, 2 * is_said / both - 2 * hits / both**2) if both else (0.0, zero)
    return [precision, recall, f1, _auc(p, scores)]


def _auc(p: Numbers, scores: Numbers) -> tuple[float, Numbers]:
    """Return the expected area and its slopes: U / (P·N), U = Σ p of a row times the 1 - p of lower ones, ties half."""
    positives, negatives = float(p.sum()), float((1 - p).sum())
    if not positives or not negatives:
        return np.nan, np.zeros(len(p))
    _, group = np.unique(scores, return_inverse=True)
    equal_p, equal_n = np.bincount(group, p), np.bincount(group, 1 - p)
    below = (np.cumsum(equal_n) - equal_n / 2)[group]
    above = (positives - np.cumsum(equal_p) + equal_p / 2)[group]
    whole = float((p * below).sum())
    value = whole / (positives * negatives)
    return value, (below - above) / (positives * negatives) - value / positives + value / negatives


def _band(name: str, value: float, slopes: Numbers, p: Numbers) -> Estimate:
    """Return the figure with its band: of each row one label comes true, with these probabilities."""
    expected = (slopes * p).sum(axis=1, keepdims=True)
    half = ERRORS * float((p * (slopes - expected) ** 2).sum()) ** 0.5
    return Estimate(name=name, value=value, low=max(0.0, value - half), high=min(1.0, value + half), rows=len(p))
