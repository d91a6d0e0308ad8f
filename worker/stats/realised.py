"""How good the answers are on the reference rows whose outcome is known, each figure with its 95 % interval."""

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from worker.contract.manifest import Quality
from worker.contract.signature import Output, OutputKind
from worker.models.answers import Answers, Label, label_names
from worker.stats import calibration, intervals, ranking
from worker.stats.confusion import Cells
from worker.stats.intervals import Interval, Numbers

RANKED_CLASSES_MAX: Final = 100
PROBABILITY_MIN: Final = 1e-15
"""A certain mistake has a large log loss, not an infinite one."""

Positions = npt.NDArray[np.int64]


def measure(answers: Answers, truth: Sequence[Any], output: Output, positive: int | None = None) -> tuple[Quality, ...]:
    """Return the figures for these answers; one that the rows do not define (R² of a single row) is left out.

    `positive` is the place of the label that F1, AUC and calibration are about; of two labels it is the second.
    """
    if output.kind is OutputKind.CLASS:
        assert output.labels is not None, "Classes have labels"
        if positive is None and len(output.labels) == 2:
            positive = 1
        figures = _class_figures(answers, positions(truth, output.labels), output.labels, positive)
    else:
        figures = _number_figures(answers.predictions, np.asarray(truth, dtype=np.float64), output.unit)
    return tuple(figure for figure in figures if math.isfinite(figure.value))


def positions(said: Iterable[Any], labels: tuple[Label, ...]) -> Positions:
    """Return the place of each label in the list of all."""
    place = {label: index for index, label in enumerate(labels)}
    return np.array([place[label] for label in said], dtype=np.int64)


def _class_figures(
    answers: Answers, right: Positions, labels: tuple[Label, ...], positive: int | None
) -> list[Quality]:
    cells = Cells.of(right, positions(answers.predictions.tolist(), labels), len(labels))
    names = label_names(labels)
    figures = [_figure("accuracy", cells.right / cells.rows, intervals.wilson(cells.right, cells.rows))]
    figures += _of_cells(cells, positive, names)
    if answers.probabilities is not None:
        figures += _auc(answers.probabilities, right, positive, names)
        figures += _of_probabilities(answers.probabilities, right, positive, names)
    return figures


def _of_cells(cells: Cells, positive: int | None, names: tuple[str, ...]) -> list[Quality]:
    def figures(counts: Numbers) -> Numbers:
        return cells.figures(counts, positive)

    values = figures(cells.counts[None].astype(np.float64))[0]
    found: Sequence[Interval | None] = intervals.of_counts(cells.counts, figures) or [None] * len(values)
    kinds = [("balanced_accuracy", ""), ("macro_f1", "")]
    if positive is not None:
        kinds.append(("f1", names[positive]))
    return [
        _figure(name, float(value), interval, label)
        for (name, label), value, interval in zip(kinds, values, found, strict=True)
    ]


def _auc(
    probabilities: npt.NDArray[Any], right: Positions, positive: int | None, names: tuple[str, ...]
) -> list[Quality]:
    if positive is None and len(names) > RANKED_CLASSES_MAX:
        return []
    classes = list(range(len(names))) if positive is None else [positive]
    found = ranking.area(probabilities, right, classes)
    label = "" if positive is None else names[positive]
    return [] if found is None else [_figure("auc", found.value, found.interval, label)]


def _of_probabilities(
    probabilities: npt.NDArray[Any], right: Positions, positive: int | None, names: tuple[str, ...]
) -> list[Quality]:
    """Return log loss, Brier score (G. W. Brier, Monthly Weather Review 78, 1950) and calibration error.

    The Brier score of many classes is the sum over them, as Brier defined it; of two, that of the positive alone.
    """
    given = probabilities.astype(np.float64)
    loss = -np.log(np.clip(given[np.arange(len(right)), right], PROBABILITY_MIN, 1))
    square = (given - np.eye(given.shape[1])[right]) ** 2
    brier = square.sum(axis=1) if positive is None else square[:, positive]
    missed = calibration.misses(*calibration.foretold(given, right, positive))
    columns = np.column_stack([loss, brier, missed])
    values = _means_and_error(columns.mean(axis=0, keepdims=True))[0]
    found: Sequence[Interval | None] = [None] * 3
    if resampled := intervals.of_means(columns, _means_and_error):
        found = [*resampled[:2], intervals.reversed_about(float(values[2]), resampled[2])]
    label = "" if positive is None else names[positive]
    kinds = (("log_loss", ""), ("brier", label), ("calibration_error", label))
    return [
        _figure(name, float(value), interval, about)
        for (name, about), value, interval in zip(kinds, values, found, strict=True)
    ]


def _means_and_error(means: Numbers) -> Numbers:
    return np.column_stack([means[:, :2], np.abs(means[:, 2:]).sum(axis=1)])


def _number_figures(said: npt.NDArray[Any], right: Numbers, unit: str) -> list[Quality]:
    errors = said.astype(np.float64) - right
    centred = right - right.mean()
    columns = np.column_stack([np.abs(errors), errors**2, centred, centred**2])
    values = _number_means(columns.mean(axis=0, keepdims=True))[0]
    found: Sequence[Interval | None] = intervals.of_means(columns, _number_means) or [None] * 3
    return [
        _figure(name, float(value), interval, unit=unit if name != "r2" else "")
        for name, value, interval in zip(("r2", "mae", "rmse"), values, found, strict=True)
    ]


def _number_means(means: Numbers) -> Numbers:
    """Return R², the mean absolute and the root mean squared error of means of errors and of centred truths."""
    absolute, squared, mean, spread = means.T
    variance = spread - mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = np.where(variance > 0, 1 - squared / variance, np.nan)
    return np.column_stack([explained, absolute, np.sqrt(squared)])


def _figure(name: str, value: float, interval: Interval | None, label: str = "", *, unit: str = "") -> Quality:
    if interval is None or not all(map(math.isfinite, interval)):
        return Quality(name=name, value=value, unit=unit, label=label)
    return Quality(name=name, value=value, unit=unit, label=label, low=interval[0], high=interval[1])
