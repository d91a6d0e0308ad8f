"""How the answers of two versions to the same rows differ."""

import numpy as np
import numpy.typing as npt

from worker.contract.lane import DIFFERENT_RELATIVE, Comparison
from worker.models.answers import Answers


def compare_answers(answers: Answers, others: Answers) -> Comparison:
    """Return how `answers` differ from `others`, those of the version that serves."""
    different, gaps = differences(answers, others)
    return Comparison(len(others), int(different.sum()), float(gaps.sum()), float(gaps.max(initial=0.0)))


def differences(answers: Answers, others: Answers) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return for each row whether it is answered otherwise, and the gap."""
    if others.labels:
        different = np.array(
            [
                one != other
                for one, other in zip(answers.predictions.tolist(), others.predictions.tolist(), strict=True)
            ],
            dtype=np.bool_,
        )
        return different, _probability_gaps(answers, others, different)
    one, other = answers.predictions.astype(np.float64), others.predictions.astype(np.float64)
    gaps = np.abs(one - other)
    return gaps > DIFFERENT_RELATIVE * np.maximum(np.abs(one), np.abs(other)), gaps


def _probability_gaps(answers: Answers, others: Answers, different: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    if answers.probabilities is None or others.probabilities is None or answers.labels != others.labels:
        return different.astype(np.float64)
    places = {label: place for place, label in enumerate(others.labels)}
    said = np.array([places[label] for label in others.predictions.tolist()])
    rows = np.arange(len(others))
    gaps: npt.NDArray[np.float64] = np.abs(
        answers.probabilities[rows, said].astype(np.float64) - others.probabilities[rows, said].astype(np.float64)
    )
    return gaps
