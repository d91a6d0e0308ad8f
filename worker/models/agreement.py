"""Compares two engines' answers to the same rows: what counts as the same, and why not."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.contract.words import Fact, Words
from worker.models.answers import Answers

RELATIVE: Final = 1e-5
"""Numbers and probabilities may differ by this share of scikit-learn's value."""

PROBABILITY_FLOOR: Final = 1e-6
"""Beside RELATIVE, probabilities may differ by this much: near 0 four-byte floats have no more to say."""

NUMBER_FLOOR: Final = 1e-7
"""Beside RELATIVE, numbers may differ by this share of the largest answer: what rounding leaves of a sum near 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether the answers agree, and words that say why or why not with the figures."""

    agrees: bool
    words: Words

    @property
    def sentence(self) -> str:
        """The words in English."""
        return str(self.words)

    @property
    def facts(self) -> dict[str, Fact]:
        """The figures in the words."""
        return self.words.facts


def compare(answers: Answers, reference: Answers) -> Agreement:
    """Return whether the answers agree with the reference (scikit-learn's) row by row."""
    rows = len(reference)
    if len(answers) != rows:
        words = Words("ONNX gives {answers:,} answers for {rows:,} rows.", {"answers": len(answers), "rows": rows})
        return Agreement(agrees=False, words=words)
    if reference.labels:
        return _compare_classes(answers, reference)
    return _compare_numbers(answers, reference)


def _compare_classes(answers: Answers, reference: Answers) -> Agreement:
    rows = len(reference)
    different = sum(a != b for a, b in zip(answers.predictions.tolist(), reference.predictions.tolist(), strict=True))
    if different:
        facts: dict[str, Fact] = {"rows": rows, "labels_different": different}
        return Agreement(
            agrees=False, words=Words("ONNX gives another label in {labels_different:,} of {rows:,} rows.", facts)
        )
    if reference.probabilities is None or answers.probabilities is None:
        return Agreement(agrees=True, words=Words("ONNX gives the same label in all {rows:,} rows.", {"rows": rows}))
    if answers.probabilities.shape != reference.probabilities.shape:
        return Agreement(agrees=False, words=Words("ONNX gives another number of probabilities."))
    return _compare_probabilities(answers.probabilities, reference.probabilities)


def _compare_probabilities(values: npt.NDArray[np.floating], expected: npt.NDArray[np.floating]) -> Agreement:
    off, worst = _differences(values, expected, PROBABILITY_FLOOR)
    facts: dict[str, Fact] = {"rows": len(expected), "difference": worst}
    if not off:
        words = Words(
            "ONNX gives the same labels in all {rows:,} rows; probabilities differ by at most {difference:.2g}.", facts
        )
        return Agreement(agrees=True, words=words)
    if not math.isfinite(worst):
        return Agreement(agrees=False, words=_infinite(off, len(expected)))
    words = Words(
        "ONNX gives probabilities that differ by more than {tolerance:g} in {off:,} of {rows:,} rows, "
        "at most by {difference:.2g}.",
        facts | {"off": off, "tolerance": RELATIVE},
    )
    return Agreement(agrees=False, words=words)


def _compare_numbers(answers: Answers, reference: Answers) -> Agreement:
    rows = len(reference)
    expected = reference.predictions.astype(np.float64)
    scale = float(np.abs(expected).max(initial=0.0))
    off, worst = _differences(answers.predictions, expected, NUMBER_FLOOR * scale)
    if not off:
        words = Words(
            "ONNX gives the same numbers in all {rows:,} rows, to within {relative:.1g} of the largest.",
            {"rows": rows, "relative": worst / scale if scale else worst},
        )
        return Agreement(agrees=True, words=words)
    if not math.isfinite(worst):
        return Agreement(agrees=False, words=_infinite(off, rows))
    words = Words(
        "ONNX gives numbers that differ by more than {tolerance:g} of their value in {off:,} of {rows:,} rows "
        "({percent:.1f} %), at most by {difference:.4g}.",
        {"rows": rows, "off": off, "difference": worst, "percent": 100 * off / rows, "tolerance": RELATIVE},
    )
    return Agreement(agrees=False, words=words)


def _infinite(off: int, rows: int) -> Words:
    """Return words for answers among which some are infinite or no number: there is no largest difference to tell."""
    facts: dict[str, Fact] = {"off": off, "rows": rows}
    return Words("ONNX gives numbers that are off in {off:,} of {rows:,} rows, some of them infinite.", facts)


def _differences(
    values: npt.NDArray[np.floating], expected: npt.NDArray[np.floating], floor: float
) -> tuple[int, float]:
    """Return in how many rows some value is off, and the largest difference. NaN is always off."""
    difference = np.abs(values.astype(np.float64) - expected)
    fits = difference <= RELATIVE * np.abs(expected) + floor
    rows_off = int((~fits).reshape(len(expected), -1).any(axis=1).sum())
    return rows_off, float(np.max(difference, initial=0.0))
