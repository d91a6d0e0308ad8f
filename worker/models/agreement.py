"""Compares two engines' answers to the same rows: what counts as the same, and why not."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.models.answers import Answers

RELATIVE: Final = 1e-5
"""Numbers and probabilities may differ by this share of scikit-learn's value."""

PROBABILITY_FLOOR: Final = 1e-6
"""Beside RELATIVE, probabilities may differ by this much: near 0 four-byte floats have no more to say."""

NUMBER_FLOOR: Final = 1e-7
"""Beside RELATIVE, numbers may differ by this share of the largest answer: what rounding leaves of a sum near 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether the answers agree, a sentence that says why or why not, and the figures."""

    agrees: bool
    sentence: str
    facts: dict[str, float | int] = field(default_factory=dict)


def compare(answers: Answers, reference: Answers) -> Agreement:
    """Return whether the answers agree with the reference (scikit-learn's) row by row."""
    rows = len(reference)
    if len(answers) != rows:
        return Agreement(agrees=False, sentence=f"ONNX gives {len(answers):,} answers for {rows:,} rows.")
    if reference.labels:
        return _compare_classes(answers, reference)
    return _compare_numbers(answers, reference)


def _compare_classes(answers: Answers, reference: Answers) -> Agreement:
    rows = len(reference)
    different = sum(a != b for a, b in zip(answers.predictions.tolist(), reference.predictions.tolist(), strict=True))
    facts: dict[str, float | int] = {"rows": rows, "labels_different": different}
    if different:
        return Agreement(
            agrees=False, sentence=f"ONNX gives another label in {different:,} of {rows:,} rows.", facts=facts
        )
    if reference.probabilities is None or answers.probabilities is None:
        return Agreement(agrees=True, sentence=f"ONNX gives the same label in all {rows:,} rows.", facts=facts)
    if answers.probabilities.shape != reference.probabilities.shape:
        return Agreement(agrees=False, sentence="ONNX gives another number of probabilities.", facts=facts)
    off, worst = _differences(answers.probabilities, reference.probabilities, PROBABILITY_FLOOR)
    facts |= {"probabilities_off": off, "difference_max": worst}
    if off:
        sentence = (
            f"ONNX gives probabilities that differ by more than {RELATIVE:g} in {off:,} of {rows:,} rows, "
            f"at most by {worst:.2g}."
        )
        return Agreement(agrees=False, sentence=sentence, facts=facts)
    sentence = f"ONNX gives the same labels in all {rows:,} rows; probabilities differ by at most {worst:.2g}."
    return Agreement(agrees=True, sentence=sentence, facts=facts)


def _compare_numbers(answers: Answers, reference: Answers) -> Agreement:
    rows = len(reference)
    expected = reference.predictions.astype(np.float64)
    scale = float(np.abs(expected).max(initial=0.0))
    off, worst = _differences(answers.predictions, expected, NUMBER_FLOOR * scale)
    relative = worst / scale if scale else worst
    facts: dict[str, float | int] = {"rows": rows, "numbers_off": off, "difference_max": worst}
    if off:
        share = 100 * off / rows
        sentence = (
            f"ONNX gives numbers that differ by more than {RELATIVE:g} of their value in {off:,} of {rows:,} rows "
            f"({share:.1f} %), at most by {worst:.4g}."
        )
        return Agreement(agrees=False, sentence=sentence, facts=facts)
    sentence = f"ONNX gives the same numbers in all {rows:,} rows, to within {relative:.1g} of the largest."
    return Agreement(agrees=True, sentence=sentence, facts=facts)


def _differences(
    values: npt.NDArray[np.floating], expected: npt.NDArray[np.floating], floor: float
) -> tuple[int, float]:
    """Return in how many rows some value is off, and the largest difference. NaN is always off."""
    difference = np.abs(values.astype(np.float64) - expected)
    fits = difference <= RELATIVE * np.abs(expected) + floor
    rows_off = int((~fits).reshape(len(expected), -1).any(axis=1).sum())
    return rows_off, float(np.max(difference, initial=0.0))
