"""What a publisher should know although the version is accepted, in sentences that a page can translate."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from worker.contract.manifest import Quality
from worker.contract.signature import Output, OutputKind, Signature
from worker.contract.words import Fact, Words
from worker.inspection.encoders import unseen_categories
from worker.inspection.importance import Influence
from worker.models.answers import Answers, label_names
from worker.stats.intervals import ROWS_MIN

ROWS_WANTED: Final = 100
NAMED_MAX: Final = 3
"""So many of a kind are named each; of more, the first and their number."""


def on_data(values: pl.DataFrame, model: object, signature: Signature) -> Iterator[Words]:
    """Yield what is noticed about the reference data."""
    if values.height < ROWS_WANTED:
        facts: dict[str, Fact] = {"rows": values.height, "least": ROWS_WANTED}
        yield Words("The reference data has {rows:,} rows; with fewer than {least:,} every figure is uncertain.", facts)
    constant = [name for name in values.columns if values[name].n_unique() == 1]
    yield from _each(
        constant,
        lambda name: Words("“{feature}” has the same value in all reference rows.", {"feature": name}),
        lambda name, count: Words(
            "{count:,} columns have the same value in all reference rows, “{feature}” among them.",
            {"count": count, "feature": name},
        ),
    )
    for name, category, count in unseen_categories(model, signature)[:NAMED_MAX]:
        yield Words(
            "The model knows {count:,} values of “{feature}” that the reference data does not hold, such as "
            "“{category}”; rows with them will be refused.",
            {"count": count, "feature": name, "category": category},
        )


def on_influence(influence: Influence) -> Iterator[Words]:
    """Yield what shuffling the features showed."""
    yield from _each(
        influence.ignored,
        lambda name: Words("“{feature}” changes no answer: the model ignores it.", {"feature": name}),
        lambda name, count: Words(
            "{count:,} features change no answer, “{feature}” among them.", {"count": count, "feature": name}
        ),
    )
    if influence.unknown:
        count = len(influence.unknown)
        yield Words("There was no time to find out how much {count:,} of the features matter.", {"count": count})


def on_answers(answers: Answers) -> Iterator[Words]:
    """Yield what is noticed about the answers to the reference data."""
    said = answers.predictions.tolist()
    if len(said) > 1 and len(set(said)) == 1:
        yield Words("The model gives the same answer to all reference rows.")


def on_quality(quality: Sequence[Quality], rows: int, target: str | None) -> Iterator[Words]:
    """Yield what is noticed about how good the answers are."""
    if target is None:
        yield Words("No target was named, so nothing is known of how good the answers are.")
        return
    if not rows:
        yield Words("The target is empty in all reference rows, so nothing is known of how good the answers are.")
        return
    if rows < ROWS_MIN:
        yield Words("With {rows:,} known outcomes, some figures have no interval.", {"rows": rows})
    values = {figure.name: figure.value for figure in quality if not figure.label}
    if rows >= ROWS_MIN and 1.0 in (values.get("accuracy"), values.get("r2")):
        yield Words(
            "All {rows:,} answers are right, which is rare: make sure that the model was not trained on these rows and "
            "that no column gives the target away.",
            {"rows": rows},
        )


def on_classes(output: Output, outcomes: Sequence[Any] | None) -> Iterator[Words]:
    """Yield the labels that no known outcome has."""
    if output.kind is not OutputKind.CLASS or not outcomes:
        return
    held = set(outcomes)
    absent = [label for label in output.labels or () if label not in held]
    yield from _each(
        label_names(tuple(absent)),
        lambda name: Words("No reference row is “{label}”: how well it is recognised is not known.", {"label": name}),
        lambda name, count: Words(
            "No reference row is of {count:,} of the classes, “{label}” among them.", {"count": count, "label": name}
        ),
    )


def _each(names: Sequence[str], one: Any, many: Any) -> Iterator[Words]:  # noqa: ANN401  # makers of words
    if len(names) > NAMED_MAX:
        yield many(names[0], len(names))
    else:
        yield from map(one, names)
