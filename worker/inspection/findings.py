"""What the reference data tells of a model that answered it: quality, importance, remarks, and the profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from worker.contract.inspection import Publication
from worker.contract.manifest import Quality
from worker.contract.profile import Profile
from worker.contract.report import CalibrationBin, Confusion, Report
from worker.contract.signature import Output, OutputKind, Signature
from worker.contract.words import Words
from worker.inspection import remarks
from worker.inspection.asking import Predicts
from worker.inspection.importance import Influence, Loss, Rows, influence
from worker.inspection.profile import profile
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.inspection.truth import truth
from worker.models.answers import Answers, label_names
from worker.stats import calibration
from worker.stats.confusion import Cells
from worker.stats.realised import measure, positions
from worker.tables.wording import listed, nearest, quoted

RESIDUALS_MAX: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A model, and its answers to the typed values of the reference data. `estimator` is None for a graph."""

    estimator: object | None
    engine: Predicts
    signature: Signature
    values: pl.DataFrame
    answers: Answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was found; the report lacks the measurements of a fresh process."""

    quality: tuple[Quality, ...]
    quality_rows: int
    report: Report
    profile: Profile


def findings(model: Answered, data: pl.DataFrame, publication: Publication) -> Findings:
    """Return what was found. Raise `Refused` for a target or a positive label that the model does not know."""
    output = model.signature.output
    positive = _positive(output, publication.positive_label)
    outcomes = None if publication.target is None else truth(data[publication.target], output)
    known = [row for row, outcome in enumerate(outcomes or ()) if outcome is not None]
    right = [outcome for outcome in outcomes or () if outcome is not None]
    answers = _rows(model.answers, known)
    quality = measure(answers, right, output, positive) if known else ()
    found = _influence(model, outcomes, known)
    return Findings(
        quality=quality,
        quality_rows=len(known),
        report=Report(
            calibration=_calibration(answers, right, output, positive),
            confusion=_confusion(answers, right, output),
            residuals=_residuals(answers, right, output),
            importance=found.importance,
            positive_label=None if positive is None else label_names(output.labels or ())[positive],
            remarks=(
                *remarks.on_data(model.values, model.estimator, model.signature),
                *remarks.on_classes(output, right),
                *remarks.on_answers(model.answers),
                *remarks.on_quality(quality, len(known), publication.target),
                *remarks.on_influence(found),
            ),
        ),
        profile=profile(model.values, model.signature, model.answers, outcomes),
    )


def sample(values: pl.DataFrame, rows_max: int, cells_max: int) -> bytes:
    """Return some rows, spread over all, as a request would hold them."""
    rows = max(1, min(values.height, rows_max, cells_max // max(1, values.width)))
    chosen = values[np.linspace(0, values.height - 1, rows).astype(np.int64).tolist()]
    return msgspec.json.encode({"rows": chosen.to_dicts()})


def _positive(output: Output, label: str) -> int | None:
    """Return the place of the positive label: of two labels the second, where none is named."""
    names = label_names(output.labels or ())
    if not label:
        return 1 if len(names) == 2 else None
    if output.kind is OutputKind.NUMBER:
        words = Words("The positive label is {label}, but the model answers numbers.", {"label": quoted(label)})
        raise Refused(words, Words("Leave the positive label empty."))
    if label not in names:
        like = nearest(label, names)
        advice = Words("Its labels are {labels}.", {"labels": listed(names)})
        if like:
            advice = Words("The nearest label is {label}.", {"label": quoted(like)})
        words = Words("The positive label {label} is none of the model's labels.", {"label": quoted(label)})
        raise Refused(words, advice, label=label)
    return names.index(label)


def _influence(model: Answered, outcomes: Sequence[Any] | None, known: list[int]) -> Influence:
    """Return the influence of the features; importance needs rows whose outcome is known."""
    rows = np.array(known or range(model.values.height), dtype=np.intp)
    loss = _loss(outcomes, model.signature.output) if outcomes is not None and known else None
    return influence(model.engine, to_table(model.values, model.signature), model.signature.names, rows, loss)


def _loss(outcomes: Sequence[Any], output: Output) -> Loss:
    """Return how the answers to some rows are judged: by Brier score, wrong answers, or root mean squared error.

    Not by log loss: one row of which a forest is wrongly certain would outweigh all others.
    """

    def of_classes(answers: Answers, rows: Rows) -> float:
        right = positions([outcomes[row] for row in rows.tolist()], output.labels or ())
        if answers.probabilities is None:
            said = positions(answers.predictions.tolist(), output.labels or ())
            return float(np.mean(said != right))
        given = answers.probabilities.astype(np.float64)
        return float(((given - np.eye(given.shape[1])[right]) ** 2).sum(axis=1).mean())

    def of_numbers(answers: Answers, rows: Rows) -> float:
        right = np.array([outcomes[row] for row in rows.tolist()], dtype=np.float64)
        return float(np.sqrt(np.mean((answers.predictions.astype(np.float64) - right) ** 2)))

    return of_classes if output.kind is OutputKind.CLASS else of_numbers


def _calibration(
    answers: Answers, right: Sequence[Any], output: Output, positive: int | None
) -> tuple[CalibrationBin, ...]:
    if answers.probabilities is None or not len(right):
        return ()
    places = positions(right, output.labels or ())
    return calibration.bins(*calibration.foretold(answers.probabilities, places, positive))


def _confusion(answers: Answers, right: Sequence[Any], output: Output) -> Confusion | None:
    if output.kind is not OutputKind.CLASS or not len(right):
        return None
    labels = output.labels or ()
    said = positions(answers.predictions.tolist(), labels)
    return Cells.of(positions(right, labels), said, len(labels)).matrix(labels)


def _residuals(answers: Answers, right: Sequence[Any], output: Output) -> tuple[tuple[float, float], ...]:
    """Return pairs of what was answered and what was true, spread over all rows."""
    if output.kind is not OutputKind.NUMBER or not len(right):
        return ()
    rows = np.linspace(0, len(right) - 1, min(len(right), RESIDUALS_MAX)).astype(np.int64).tolist()
    return tuple((float(answers.predictions[row]), float(right[row])) for row in rows)


def _rows(answers: Answers, rows: list[int]) -> Answers:
    probabilities = None if answers.probabilities is None else answers.probabilities[rows]
    return Answers(answers.predictions[rows], probabilities, answers.labels, answers.label_names)
