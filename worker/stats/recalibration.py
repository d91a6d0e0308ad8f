"""Makes probabilities of scores: isotonic regression on the reference, where cross-validation says that it helps."""

from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedShuffleSplit

from worker.contract.monitoring import Isotonic
from worker.stats.ranking import area

BINS: Final = 10
SPLITS: Final = 10
TEST_SHARE: Final = 0.1
SEED: Final = 42
"""NannyML's; with another seed the same data could be calibrated by one and not by the other."""

AREA_MAX: Final = 0.999
"""A score that separates nearly all rows has no shape left to learn."""

ROWS_MIN: Final = 20

Numbers = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


def learned(scores: Numbers, came: Booleans) -> Isotonic | None:
    """Return what makes probabilities of these scores (n,), given what came true (n,); None where they are left alone.

    They are left alone when isotonic regression (R. E. Barlow et al., Statistical Inference under Order Restrictions,
    1972) does not lower the expected calibration error of rows held out, in ten splits taken together; or when there
    is nothing to learn from: one outcome only, few rows, or a nearly perfect order.
    """
    few = min(int(came.sum()), int((~came).sum()))
    if few < 2 or len(scores) < ROWS_MIN:
        return None
    found = area(np.column_stack([1 - scores, scores]), came.astype(np.int64), [1])
    if found is not None and found.value > AREA_MAX:
        return None
    held: list[tuple[Numbers, Numbers, Booleans]] = []
    splits = StratifiedShuffleSplit(n_splits=SPLITS, test_size=TEST_SHARE, random_state=SEED)
    for train, test in splits.split(scores, came):
        calibrated = applied(_fitted(scores[train], came[train]), scores[test])
        held.append((scores[test], calibrated, came[test]))
    raw, calibrated, truth = (np.concatenate(part) for part in zip(*held, strict=True))
    if expected_error(raw, truth) <= expected_error(calibrated, truth):
        return None
    return _fitted(scores, came)


def applied(isotonic: Isotonic | None, scores: Numbers) -> Numbers:
    """Return probabilities for scores (n,): linear between what was learned, level beyond it."""
    return scores if isotonic is None else np.interp(scores, isotonic.scores, isotonic.probabilities)


def expected_error(probability: Numbers, came: Booleans, bins: int = BINS) -> float:
    """Return the expected calibration error over bins of equally many rows in their order, the last taking the rest.

    M. P. Naeini, G. F. Cooper and M. Hauskrecht, AAAI 2015. Raise ValueError for fewer than four rows.
    """
    rows = len(probability)
    if rows < 4:
        msg = f"The calibration error needs at least four rows, got {rows}."
        raise ValueError(msg)
    count = bins if rows > 2 * bins else rows // 2
    width = rows // count
    # Beyond the last whole bin there may be room for one more edge, which takes the last rows as well.
    starts = np.arange(0, rows + 1, width)[:-1]
    order = np.argsort(probability)
    gaps = np.add.reduceat(probability[order], starts) - np.add.reduceat(came[order].astype(np.float64), starts)
    return float(np.abs(gaps).sum() / rows)


def _fitted(scores: Numbers, came: Booleans) -> Isotonic:
    model = IsotonicRegression(out_of_bounds="clip", increasing=True).fit(scores, came)
    return Isotonic(scores=tuple(model.X_thresholds_.tolist()), probabilities=tuple(model.y_thresholds_.tolist()))
