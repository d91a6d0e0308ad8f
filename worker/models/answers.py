"""What a model answered to the rows of a table."""

import math
import re
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

Label = str | int | bool

NO_FRACTION: Final = re.compile(r"\.0+$")


def label_names(labels: tuple[Label, ...]) -> tuple[str, ...]:
    """Return the labels as the keys of a JSON object: true and false as JSON writes them."""
    return tuple(str(label).lower() if isinstance(label, bool) else str(label) for label in labels)


def finite(value: Any) -> float | None:  # noqa: ANN401  # a label or a number
    """Return a number as such; None for a label, and for what is not finite: versions of one endpoint may differ."""
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def read_label(text: str, labels: tuple[Label, ...]) -> Label | None:
    """Return the label that a text names; None where it names none.

    Whole numbers that passed through pandas with a missing value beside them are written 1.0, and Python writes True.
    """
    if all(type(label) is int for label in labels):
        text = NO_FRACTION.sub("", text)
    elif all(type(label) is bool for label in labels):
        text = text.lower()
    return dict(zip(label_names(labels), labels, strict=True)).get(text)


@dataclass(frozen=True, slots=True)
class Answers:
    """One prediction for each row and, for classifiers that have them, one probability for each row and label.

    `predictions.tolist()` gives Python values: labels as the signature has them, or numbers.
    """

    predictions: npt.NDArray[Any]
    probabilities: npt.NDArray[np.floating[Any]] | None = None
    labels: tuple[Label, ...] = ()
    label_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.labels and not self.label_names:
            object.__setattr__(self, "label_names", label_names(self.labels))

    def __len__(self) -> int:
        return len(self.predictions)

    def slice(self, start: int, stop: int) -> Self:
        """Return the answers to the rows from start up to stop."""
        probabilities = None if self.probabilities is None else self.probabilities[start:stop]
        return type(self)(self.predictions[start:stop], probabilities, self.labels, self.label_names)
