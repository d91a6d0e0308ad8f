"""Whether the rows whose outcome is known are a fair sample of all: figures over others would flatter, or frighten."""

import numpy as np
import numpy.typing as npt

from worker.models.answers import Answers
from worker.stats import psi, two_samples

FIFTHS = (0.2, 0.4, 0.6, 0.8)


def chance(answers: Answers, known: npt.NDArray[np.intp]) -> float:
    """Return how likely it is that the rows at `known` were chosen whatever was answered to them.

    Pearson's test over the answers of the known rows and of the others: labels, or fifths of the numbers. What is too
    rare for that test is counted together: one row of a label that is hardly ever answered is no sign of a choice.
    """
    is_known = np.zeros(len(answers), np.bool_)
    is_known[known] = True
    if answers.labels:
        place = {label: at for at, label in enumerate(answers.labels)}
        bins = np.array([place.get(label, 0) for label in answers.predictions.tolist()])
    else:
        said = answers.predictions.astype(np.float64)
        bins = np.searchsorted(np.unique(np.quantile(said, FIFTHS)), said)
    places = int(bins.max()) + 2  # the last is empty, and takes what is rare
    counts = [np.bincount(bins[mask], minlength=places) for mask in (is_known, ~is_known)]
    groups = psi.pooled(counts[0], counts[1], 0)
    return two_samples.chi_square(*(psi.over(groups, each) for each in counts)).p
