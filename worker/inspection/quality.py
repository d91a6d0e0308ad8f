"""How good the answers are on the reference rows whose outcome is known."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn import metrics

from worker.contract.manifest import Quality
from worker.contract.signature import Output, OutputKind
from worker.models.answers import Answers, Label


def measure(answers: Answers, truth: Sequence[Any], output: Output) -> tuple[Quality, ...]:
    """Return the figures for these answers; one that the rows do not define (R² of a single row) is left out."""
    if output.kind is OutputKind.CLASS:
        assert output.labels is not None, "Classes have labels"
        figures = _class_figures(answers, truth, output.labels)
    else:
        figures = _number_figures(answers.predictions, np.asarray(truth, dtype=np.float64), output.unit)
    return tuple(figure for figure in figures if math.isfinite(figure.value))


def _class_figures(answers: Answers, truth: Sequence[Any], labels: tuple[Label, ...]) -> list[Quality]:
    position = {label: index for index, label in enumerate(labels)}
    right = np.array([position[label] for label in truth])
    said = np.array([position[label] for label in answers.predictions.tolist()])
    figures = [
        Quality(name="accuracy", value=float(metrics.accuracy_score(right, said))),
        Quality(name="balanced_accuracy", value=_balanced_accuracy(right, said)),
        Quality(name="macro_f1", value=float(metrics.f1_score(right, said, average="macro"))),
    ]
    if answers.probabilities is not None:
        given = np.asarray(answers.probabilities, dtype=np.float64)[np.arange(len(right)), right]
        figures.append(Quality(name="log_loss", value=float(-np.log(np.clip(given, 1e-15, 1)).mean())))
    return figures


def _balanced_accuracy(right: npt.NDArray[np.int64], said: npt.NDArray[np.int64]) -> float:
    """Return the mean recall of the classes that occur; scikit-learn's own warns where others were answered."""
    return float(np.mean([np.mean(said[right == label] == label) for label in np.unique(right)]))


def _number_figures(said: npt.NDArray[Any], right: npt.NDArray[np.float64], unit: str) -> list[Quality]:
    spread = float(np.sum((right - right.mean()) ** 2))
    errors = said.astype(np.float64) - right
    explained = 1 - float(np.sum(errors**2)) / spread if spread > 0 else math.nan
    return [
        Quality(name="r2", value=explained),
        Quality(name="mae", value=float(np.mean(np.abs(errors))), unit=unit),
        Quality(name="rmse", value=float(np.sqrt(np.mean(errors**2))), unit=unit),
    ]
