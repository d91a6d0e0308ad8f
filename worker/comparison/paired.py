"""The quality of two versions on the same rows, and by how much it differs, with a 95 % interval of the difference.

The rows are drawn again in pairs: what makes a row hard for both versions does not blur what parts them.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from worker.contract.comparison import PairedQuality
from worker.contract.manifest import Quality
from worker.contract.signature import Output, OutputKind
from worker.models.answers import Answers
from worker.stats import intervals, ranking
from worker.stats.confusion import Cells
from worker.stats.intervals import Interval, Numbers
from worker.stats.realised import PROBABILITY_MIN, RANKED_CLASSES_MAX, Positions, measure, positions

Gains = dict[str, Interval]
"""The interval of the difference by the name of the figure."""


def paired(
    old: Answers, new: Answers, truth: Sequence[Any], output: Output, positive: int | None
) -> tuple[PairedQuality, ...]:
    """Return the figures that both versions have on rows whose outcome is known; `output` has the labels of both."""
    if output.labels and not old.labels == new.labels == output.labels:
        old, new = (Answers(each.predictions, labels=output.labels) for each in (old, new))
        positive = None
    before = {each.name: each for each in measure(old, truth, output, positive)}
    if output.kind is OutputKind.CLASS:
        gains = _class_gains(old, new, positions(truth, output.labels or ()), positive)
    else:
        gains = _number_gains(old, new, np.asarray(truth, dtype=np.float64))
    figures = measure(new, truth, output, positive)
    return tuple(_pair(before[each.name], each, gains.get(each.name)) for each in figures if each.name in before)


def _pair(old: Quality, new: Quality, interval: Interval | None) -> PairedQuality:
    pair = PairedQuality(old=old, new=new)
    if interval is None or not all(map(np.isfinite, interval)):
        return pair
    return msgspec.structs.replace(pair, low=interval[0], high=interval[1])


def _class_gains(old: Answers, new: Answers, right: Positions, positive: int | None) -> Gains:
    if positive is None and len(old.labels) == 2:
        positive = 1
    gains = _cell_gains(old, new, right, positive)
    if old.probabilities is None or new.probabilities is None:
        return gains
    before, after = old.probabilities.astype(np.float64), new.probabilities.astype(np.float64)
    classes = list(range(len(old.labels))) if positive is None else [positive]
    if len(classes) <= RANKED_CLASSES_MAX and (gained := ranking.gain(before, after, right, classes)):
        gains["auc"] = gained
    columns = np.column_stack([_losses(after, right, positive) - _losses(before, right, positive)])
    found = intervals.of_means(columns, lambda means: means) or ()
    return gains | dict(zip(("log_loss", "brier"), found, strict=False))


def _cell_gains(old: Answers, new: Answers, right: Positions, positive: int | None) -> Gains:
    """Return the intervals of figures that are made of counts: of rows with this truth and these two answers."""
    classes = len(old.labels)
    before, after = (positions(each.predictions.tolist(), old.labels) for each in (old, new))
    places, counts = np.unique((right * classes + before) * classes + after, return_counts=True)
    truths, said = places // classes**2, (places // classes % classes, places % classes)
    former, later = (Cells(truths, answers, counts, classes) for answers in said)

    def gained(drawn: Numbers) -> Numbers:
        shares = (drawn * (later.answers == truths)).sum(axis=1) - (drawn * (former.answers == truths)).sum(axis=1)
        others = later.figures(drawn, positive) - former.figures(drawn, positive)
        return np.column_stack([shares / drawn.sum(axis=1), others])

    names = ("accuracy", "balanced_accuracy", "macro_f1", "f1")
    return dict(zip(names, intervals.of_counts(counts, gained) or (), strict=False))


def _losses(given: Numbers, right: Positions, positive: int | None) -> Numbers:
    """Return the log loss and the Brier score of each row."""
    loss = -np.log(np.clip(given[np.arange(len(right)), right], PROBABILITY_MIN, 1))
    square = (given - np.eye(given.shape[1])[right]) ** 2
    return np.column_stack([loss, square.sum(axis=1) if positive is None else square[:, positive]])


def _number_gains(old: Answers, new: Answers, right: Numbers) -> Gains:
    before, after = (each.predictions.astype(np.float64) - right for each in (old, new))
    centred = right - right.mean()
    columns = np.column_stack([np.abs(before), before**2, np.abs(after), after**2, centred, centred**2])
    return dict(zip(("r2", "mae", "rmse"), intervals.of_means(columns, _number_differences) or (), strict=False))


def _number_differences(means: Numbers) -> Numbers:
    absolute, squared, new_absolute, new_squared, mean, spread = means.T
    variance = spread - mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = np.where(variance > 0, (squared - new_squared) / variance, np.nan)
    return np.column_stack([explained, new_absolute - absolute, np.sqrt(new_squared) - np.sqrt(squared)])
