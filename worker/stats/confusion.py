"""Which labels were answered for which: the cells of the confusion matrix that hold any row, and figures of them."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
from scipy import sparse

from worker.contract.report import Confusion
from worker.models.answers import Label

LABELS_MAX: Final = 50
"""A larger matrix is not shown: nobody reads it."""

Positions = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """How many rows of true label `truths[i]` were answered with `answers[i]`."""

    truths: Positions
    answers: Positions
    counts: Positions
    classes: int

    @classmethod
    def of(cls, right: Positions, said: Positions, classes: int) -> Self:
        """Return the cells of these rows."""
        places, counts = np.unique(right * classes + said, return_counts=True)
        return cls(places // classes, places % classes, counts, classes)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.counts.sum())

    @property
    def right(self) -> int:
        """How many were answered rightly."""
        return int(self.counts[self.truths == self.answers].sum())

    def figures(self, counts: Numbers, positive: int | None) -> Numbers:
        """Return for each row of counts: the mean recall of the classes that occur, the mean F1, that of one label."""
        hits = self._by_class(np.where(self.truths == self.answers, self.truths, -1), counts)
        true, said = self._by_class(self.truths, counts), self._by_class(self.answers, counts)
        with np.errstate(invalid="ignore", divide="ignore"):
            recall, f1 = hits / true, 2 * hits / (true + said)
        figures = [_mean_of_known(recall), _mean_of_known(f1)]
        if positive is not None:
            figures.append(f1[positive])
        return np.column_stack(figures)

    def _by_class(self, labels: Positions, counts: Numbers) -> Numbers:
        """Return how many rows of each class there are (down) in each row of counts (across)."""
        chosen = np.flatnonzero(labels >= 0)
        entries = (np.ones(len(chosen)), (labels[chosen], chosen))
        summed: Any = sparse.csr_array(entries, shape=(self.classes, len(labels))) @ counts.T
        return np.asarray(summed)

    def matrix(self, labels: tuple[Label, ...]) -> Confusion | None:
        """Return the whole matrix, None when there are too many labels for one."""
        if len(labels) > LABELS_MAX:
            return None
        whole = np.zeros((self.classes, self.classes), dtype=np.int64)
        whole[self.truths, self.answers] = self.counts
        return Confusion(labels=labels, counts=tuple(map(tuple, whole.tolist())))


def _mean_of_known(values: Numbers) -> Numbers:
    """Return the mean down each column of what is a number."""
    known = np.isfinite(values)
    mean: Numbers = np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean
