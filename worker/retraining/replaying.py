"""Asks another version what was asked lately, and tells how its answers differ from those that were given."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import polars as pl

from worker.comparison.comparing import THESE_ROWS, Asked, Incomparable, measure, most_different, output_of_both
from worker.comparison.rows import FeatureAbsent, Taken, taken
from worker.contract.replay import Mean, OneRight, Replayed, ReplayRequest
from worker.contract.signature import OutputKind
from worker.contract.words import Words
from worker.inspection.asking import ask
from worker.inspection.refusal import Refused
from worker.inspection.tables import to_table
from worker.journal.columns import REQUEST, ROW, TIME
from worker.journal.truth import Truths
from worker.models.answers import Answers, label_names
from worker.models.serving import ServedModel
from worker.monitoring.rows import Rows
from worker.stats import intervals
from worker.stats.sign_test import sign_test


def replay(rows: Rows, truths: Truths, old: ServedModel, new: ServedModel, request: ReplayRequest) -> Replayed:
    """Return what version `new` would have answered. Raise Incomparable where that cannot be told."""
    if old.manifest.signature.output.kind is not new.manifest.signature.output.kind:
        raise Incomparable(Words("One version answers with a class, the other with a number."))
    data = _asked_for(rows, old, new, request)
    takes = _taken(data, new, request)
    if not takes.rows.any():
        raise Incomparable(Words("Version {number} takes none of the rows that were asked.", {"number": request.new}))
    places = takes.rows.arg_true().to_list()
    asked = Asked(
        data=data.filter(takes.rows),
        places=places,
        old=_only(rows.answers, places),
        new=_answered(takes, new, request),
        output=output_of_both(old.manifest.signature.output, new.manifest.signature.output),
        truth=_outcomes(rows, truths, old, places),
    )
    names = tuple(dict.fromkeys([*new.manifest.signature.names, *old.manifest.signature.names]))
    compared = measure(asked, new, [place + 1 for place in places], names)
    compared = msgspec.structs.replace(compared, reference_rows=len(rows), left_out=len(rows) - len(places))
    low, high = intervals.wilson(compared.different, compared.rows)
    ids = [(rows.columns[REQUEST][places[row]], rows.columns[ROW][places[row]]) for row in most_different(asked)]
    return Replayed(
        compared=compared,
        requests=tuple((str(name)[:200], int(row)) for name, row in ids),
        first_ms=int(rows.columns[TIME].min()),
        last_ms=int(rows.columns[TIME].max()),
        low=low,
        high=high,
        shift=_shift(asked),
        one_right=_one_right(asked),
    )


def _asked_for(rows: Rows, old: ServedModel, new: ServedModel, request: ReplayRequest) -> pl.DataFrame:
    """Return what was asked as cells of text. Raise Incomparable for a feature of which only hashes are kept."""
    kept = rows.features
    for name in old.manifest.signature.names:
        hidden = not rows.keeps(name) or (
            name not in kept.columns and any(value is not None for value in rows.columns[name].tolist())
        )
        if hidden and name in new.manifest.signature.names:
            told = Words(
                "The journal keeps only hashes of “{feature}”, so version {number} cannot be asked.",
                {"feature": name, "number": request.new},
            )
            raise Incomparable(told)
    missing = [name for name in old.manifest.signature.names if name not in kept.columns]
    nothing = [pl.Series(name, [None] * len(rows), dtype=pl.String) for name in missing]
    return kept.cast(pl.String).with_columns(nothing)


def _taken(data: pl.DataFrame, new: ServedModel, request: ReplayRequest) -> Taken:
    try:
        return taken(data, new.manifest.signature)
    except FeatureAbsent as absent:
        told = Words(
            "Version {number} needs the feature “{feature}”, which callers did not send.",
            {"number": request.new, "feature": absent.name},
        )
        raise Incomparable(told) from absent


def _answered(takes: Taken, new: ServedModel, request: ReplayRequest) -> Answers:
    try:
        return ask(new, to_table(takes.values.filter(takes.rows), new.manifest.signature), THESE_ROWS)
    except Refused as refused:
        told = Words("Version {number} does not answer what was asked.", {"number": request.new})
        raise Incomparable(told, refused.message) from refused


def _outcomes(rows: Rows, truths: Truths, old: ServedModel, places: Sequence[int]) -> list[Any]:
    """Return what came true of each row as the model would say it; None where that is not known."""
    if not len(truths):
        return [None] * len(places)
    known = truths.of(rows.columns)
    labels = old.manifest.signature.output.labels or ()
    by_name = dict(zip(label_names(labels), labels, strict=True))
    found: list[Any] = []
    for place in places:
        each = known[place]
        if each is None:
            found.append(None)
        else:
            found.append(by_name.get(str(each.value)) if by_name else float(each.value))
    return found


def _only(answers: Answers, places: Sequence[int]) -> Answers:
    probabilities = None if answers.probabilities is None else answers.probabilities[list(places)]
    return Answers(answers.predictions[list(places)], probabilities, answers.labels)


def _shift(asked: Asked) -> Mean | None:
    """Return by how much the newer answers are larger on average; None for classes."""
    if asked.output.kind is OutputKind.CLASS:
        return None
    moved = asked.new.predictions.astype(np.float64) - asked.old.predictions.astype(np.float64)
    found = intervals.of_means(moved[:, None], lambda means: means)
    low, high = found[0] if found else (None, None)
    return Mean(value=float(moved.mean()), low=low, high=high)


def _one_right(asked: Asked) -> OneRight | None:
    """Return of how many rows one version alone is right; None for numbers, and where no outcome is known."""
    if asked.output.kind is not OutputKind.CLASS or all(outcome is None for outcome in asked.truth):
        return None
    said = zip(asked.old.predictions.tolist(), asked.new.predictions.tolist(), asked.truth, strict=True)
    right = [(old == outcome, new == outcome) for old, new, outcome in said if outcome is not None]
    only_old = sum(old and not new for old, new in right)
    only_new = sum(new and not old for old, new in right)
    return OneRight(only_old=only_old, only_new=only_new, p=sign_test(only_old, only_new))
