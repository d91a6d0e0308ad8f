"""What a page tells of a result: how the answers are distributed, the first rows, the unusual ones."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt
import polars as pl

from worker.batch.places import JobPlace
from worker.batch.plans import Plan
from worker.batch.showing import UNUSUAL_MAX, Shown
from worker.contract.batch import Chunk, Histogram, Summary

BINS: Final = 30
LABELS_MAX: Final = 50
SAMPLE_MAX: Final = 1_000_000
"""Of so many answers the median is taken; of more, of every second, third, …"""

Floats = npt.NDArray[np.float64]


def summarise(place: JobPlace, plan: Plan) -> Summary:
    """Return the summary of all chunks, read one at a time."""
    chunks = plan.chunks
    shown = [Shown.load(place.shown(chunk.number)) for chunk in chunks]
    unusual = islice((row for each in shown for row in each.unusual), UNUSUAL_MAX)
    rows = Summary(first_rows=tuple(row for each in shown for row in each.first), unusual_rows=tuple(unusual))
    if plan.prediction_type == "number":
        return msgspec.structs.replace(rows, histogram=_histogram(place, chunks))
    return msgspec.structs.replace(rows, labels=_labels(place, chunks))


def _answers(place: JobPlace, chunks: Sequence[Chunk]) -> Iterator[pl.Series]:
    """Yield the answers that there are, chunk by chunk; chunks without any are left out."""
    for chunk in chunks:
        answers = pl.read_ipc(place.answers(chunk.number), columns=["prediction"]).to_series()
        if answers.null_count() < len(answers):
            yield answers.drop_nulls()


def _labels(place: JobPlace, chunks: Sequence[Chunk]) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for answers in _answers(place, chunks):
        for label, count in answers.value_counts().iter_rows():
            counted[str(label).lower() if isinstance(label, bool) else str(label)] += count
    return tuple(counted.most_common(LABELS_MAX))


def _histogram(place: JobPlace, chunks: Sequence[Chunk]) -> Histogram | None:
    least, most, total, count = np.inf, -np.inf, 0.0, 0
    for answers in _numbers(place, chunks):
        least, most = min(least, answers.min()), max(most, answers.max())
        total += float(answers.sum())
        count += len(answers)
    if not count or not np.isfinite(most - least) or not np.isfinite(total):
        return None
    edges = np.linspace(least, most, BINS + 1) if most > least else np.array([least - 0.5, least + 0.5])
    counts = sum(np.histogram(answers, edges)[0] for answers in _numbers(place, chunks))
    every = -(-count // SAMPLE_MAX)
    sample = np.concatenate([answers[::every] for answers in _numbers(place, chunks)])
    return Histogram(
        edges=tuple(edges.tolist()),
        counts=tuple(np.asarray(counts).tolist()),
        mean=total / count,
        median=float(np.median(sample)),
    )


def _numbers(place: JobPlace, chunks: Sequence[Chunk]) -> Iterator[Floats]:
    for answers in _answers(place, chunks):
        yield answers.to_numpy()
