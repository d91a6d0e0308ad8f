"""From what an engine calls a class to the label that the signature has."""

from typing import Any

import numpy as np
import numpy.typing as npt

from worker.models.answers import Answers, Label, label_names


class LabelDecoder:
    """Makes answers of the labels and probabilities of an engine."""

    def __init__(self, labels: tuple[Label, ...]) -> None:
        self._labels = labels
        self._names = label_names(labels)
        kinds = {type(label) for label in labels}
        by_kind: dict[type, Any] = {bool: np.bool_, int: np.int64, str: np.str_}
        self._dtype: Any = by_kind.get(kinds.pop(), object) if len(kinds) == 1 else object

    def answers(self, predicted: npt.NDArray[Any], probabilities: npt.NDArray[np.floating[Any]] | None) -> Answers:
        """Return the answers; `predicted` holds labels, or numbers equal to them (an engine's 1 for true)."""
        # Objects too: an array of them may hold numpy's own scalars, which no JSON encoder takes.
        if self._dtype is not object and predicted.dtype.type is not self._dtype:
            predicted = predicted.astype(self._dtype)
        return Answers(predicted, probabilities, self._labels, self._names)
