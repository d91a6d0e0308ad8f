"""Asks two versions the same rows and tells how their answers differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from worker.comparison.paired import paired
from worker.comparison.rows import FeatureAbsent, Taken, taken
from worker.contract.comparison import (
    FEATURES_SHOWN_MAX,
    ROWS_MAX,
    ROWS_SHOWN_MAX,
    TEXT_SHOWN_MAX,
    Compared,
    ComparisonRequest,
    DifferentRow,
    PairedQuality,
)
from worker.contract.report import Confusion
from worker.contract.signature import Output, OutputKind
from worker.contract.words import Fact, Piece, Words
from worker.inspection.asking import ask
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.inspection.truth import truth
from worker.models.answers import Answers, label_names
from worker.models.difference import differences
from worker.models.serving import ServedModel
from worker.stats.confusion import Cells
from worker.stats.realised import positions

THESE_ROWS: Final = Piece("the rows compared")


class Incomparable(Exception):
    """Why two versions cannot be compared by their answers; `detail` is what a model said."""

    def __init__(self, reason: Words, detail: str = "") -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The rows that both versions take, what each answered, and what is true. `places` count from 0 in all rows."""

    data: pl.DataFrame
    places: list[int]
    old: Answers
    new: Answers
    output: Output
    truth: Sequence[Any]


def target_of(data: pl.DataFrame, old: ServedModel, new: ServedModel) -> str:
    """Return the column with the true answers: the newer version's, else the older one's; "" where there is none."""
    features = {*old.manifest.signature.names, *new.manifest.signature.names}
    named = (new.manifest.target, old.manifest.target)
    return next((name for name in named if name and name in data.columns and name not in features), "")


def compare(
    old: ServedModel, new: ServedModel, data: pl.DataFrame, request: ComparisonRequest, *, rows_of: int
) -> Compared:
    """Return how the answers differ on the reference data of version `rows_of`.

    Raise Incomparable, or `Refused` for reference data that is not sound.
    """
    chosen = np.linspace(0, data.height - 1, min(data.height, ROWS_MAX)).astype(np.int64).tolist()
    asked = _ask_both(old, new, data[chosen], request, rows_of)
    names = tuple(dict.fromkeys([*new.manifest.signature.names, *old.manifest.signature.names]))
    measured = measure(asked, new, [chosen[place] + 1 for place in asked.places], names)
    return msgspec.structs.replace(
        measured,
        reference_rows=data.height,
        left_out=len(chosen) - len(asked.places),
        rows_of=rows_of,
        target=target_of(data, old, new),
    )


def measure(asked: Asked, new: ServedModel, numbers: Sequence[int], names: Sequence[str]) -> Compared:
    """Return how the answers differ on rows that were asked; rows are shown by their numbers, with these features."""
    different, gaps = differences(asked.new, asked.old)
    quality, known = _quality(asked, new)
    return Compared(
        reference_rows=len(asked.places),
        rows=len(asked.places),
        left_out=0,
        different=int(different.sum()),
        gap_mean=float(gaps.mean()),
        gap_max=float(gaps.max(initial=0.0)),
        quality=quality,
        quality_rows=known,
        answers=_answers(asked),
        most=tuple(_shown(asked, row, numbers[row], names[:FEATURES_SHOWN_MAX]) for row in most_different(asked)),
    )


def most_different(asked: Asked) -> list[int]:
    """Return the rows that are answered otherwise, those with the largest gaps first: as many as are shown."""
    different, gaps = differences(asked.new, asked.old)
    return sorted(np.flatnonzero(different).tolist(), key=lambda row: -gaps[row])[:ROWS_SHOWN_MAX]


def _ask_both(
    old: ServedModel, new: ServedModel, data: pl.DataFrame, request: ComparisonRequest, rows_of: int
) -> Asked:
    before, after = old.manifest.signature.output, new.manifest.signature.output
    if before.kind is not after.kind:
        raise Incomparable(Words("One version answers with a class, the other with a number."))
    takes = [_taken(model, data, number, rows_of) for model, number in ((old, request.old), (new, request.new))]
    both = takes[0].rows & takes[1].rows
    if not both.any():
        raise Incomparable(Words("No row of the reference data is one that both versions take."))
    first = _answered(old, takes[0].values.filter(both), request.old)
    second = _answered(new, takes[1].values.filter(both), request.new)
    output = output_of_both(before, after)
    shown = data.filter(both)
    return Asked(
        data=shown,
        places=both.arg_true().to_list(),
        old=first,
        new=second,
        output=output,
        truth=_truth(shown, target_of(shown, old, new), output),
    )


def output_of_both(before: Output, after: Output) -> Output:
    """Return an output with the labels of both versions, those of the newer one first."""
    labels = tuple(dict.fromkeys([*(after.labels or ()), *(before.labels or ())])) or None
    return msgspec.structs.replace(after, labels=labels)


def _taken(model: ServedModel, data: pl.DataFrame, number: int, rows_of: int) -> Taken:
    try:
        return taken(data, model.manifest.signature)
    except FeatureAbsent as absent:
        facts: dict[str, Fact] = {"number": number, "feature": absent.name, "new": rows_of}
        told = Words(
            "Version {number} needs the feature “{feature}”, which the reference data of version {new} does not have.",
            facts,
        )
        raise Incomparable(told) from absent


def _answered(model: ServedModel, values: pl.DataFrame, number: int) -> Answers:
    try:
        return ask(model, to_table(values, model.manifest.signature), THESE_ROWS)
    except Refused as refused:
        told = Words("Version {number} does not answer rows of the reference data.", {"number": number})
        raise Incomparable(told, refused.message) from refused


def _truth(data: pl.DataFrame, target: str, output: Output) -> Sequence[Any]:
    if not target:
        return [None] * data.height
    return truth(data[target], output)


def _quality(asked: Asked, new: ServedModel) -> tuple[tuple[PairedQuality, ...], int]:
    """Return the figures, and on how many rows they are measured."""
    known = [row for row, outcome in enumerate(asked.truth) if outcome is not None]
    if not known:
        return (), 0
    old_answers, new_answers = (_rows(answers, known) for answers in (asked.old, asked.new))
    report = new.manifest.report
    names = label_names(asked.output.labels or ())
    label = report.positive_label if report is not None else None
    positive = names.index(label) if label in names else None
    right = [asked.truth[row] for row in known]
    return paired(old_answers, new_answers, right, asked.output, positive), len(known)


def _rows(answers: Answers, rows: list[int]) -> Answers:
    probabilities = None if answers.probabilities is None else answers.probabilities[rows]
    return Answers(answers.predictions[rows], probabilities, answers.labels)


def _answers(asked: Asked) -> Confusion | None:
    if asked.output.kind is not OutputKind.CLASS:
        return None
    labels = asked.output.labels or ()
    before, after = (positions(each.predictions.tolist(), labels) for each in (asked.old, asked.new))
    return Cells.of(before, after, len(labels)).matrix(labels)


def _shown(asked: Asked, row: int, number: int, names: Sequence[str]) -> DifferentRow:
    cells = asked.data.row(row, named=True)
    return DifferentRow(
        row=number,
        values={name: _short(cells[name]) for name in names if name in cells},
        old=_short(asked.old.predictions[row : row + 1].tolist()[0]),
        new=_short(asked.new.predictions[row : row + 1].tolist()[0]),
        old_probability=_probability(asked.old, row),
        new_probability=_probability(asked.new, row),
        truth=_short(asked.truth[row]),
    )


def _short(value: Any) -> Any:  # noqa: ANN401  # a cell, a label or nothing, shortened only where it is text
    return value[:TEXT_SHOWN_MAX] if isinstance(value, str) else value


def _probability(answers: Answers, row: int) -> float | None:
    """Return the probability that a version gives its own answer."""
    if answers.probabilities is None:
        return None
    place = answers.labels.index(answers.predictions[row : row + 1].tolist()[0])
    return float(answers.probabilities[row, place])
