"""Rows of a result as the page of a job shows them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from webapp.jobs.models import BatchJob
from webapp.jobs.understood import labels_of
from webapp.predictions.numbers import number_words, percent_words, range_words, with_unit
from webapp.predictions.outcome import label_words
from worker.contract.batch import RowShown, RowStatus
from worker.contract.signature import Feature, Output, OutputKind

NOTHING: Final = "—"


@dataclass(frozen=True, kw_only=True, slots=True)
class AnsweredRow:
    """A row with its answer, or why it has none."""

    line: int
    identifier: str
    answer: str
    probability: str
    problem: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnusualRow:
    """A row of which values lie outside the reference data: which, and where that lies."""

    line: int
    identifier: str
    answer: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedRow:
    """A row that two runs answered otherwise."""

    line: int
    identifier: str
    old: str
    new: str


def first_rows(job: BatchJob) -> tuple[AnsweredRow, ...]:
    """Return the first rows of the result."""
    output = job.version.manifest.signature.output
    rows = job.summary.first_rows if job.summary else ()
    return tuple(_answered(row, output) for row in rows)


def columns_shown(job: BatchJob) -> tuple[str, ...]:
    """Return the names of the columns whose cells the first rows show."""
    summary, understanding = job.summary, job.understanding
    if summary is None or understanding is None:
        return ()
    most = max((len(row.cells) for row in summary.first_rows), default=0)
    return tuple(column.name for column in understanding.columns[:most])


def unusual_rows(job: BatchJob) -> tuple[UnusualRow, ...]:
    """Return some of the rows with values outside the reference data."""
    if job.summary is None:
        return ()
    signature, labels = job.version.manifest.signature, labels_of(job)
    features = {feature.name: feature for feature in signature.features}
    places = _places(job)
    return tuple(
        UnusualRow(
            line=row.line,
            identifier=row.identifier,
            answer=answer_words(row.prediction, signature.output),
            values=tuple(_unusual(row, features, places, labels)),
        )
        for row in job.summary.unusual_rows
    )


def changed_rows(job: BatchJob) -> tuple[ChangedRow, ...]:
    """Return the rows that were answered otherwise than in the former run, the largest gaps first."""
    output = job.version.manifest.signature.output
    changes = job.differences.most if job.differences else ()
    return tuple(
        ChangedRow(
            line=change.line,
            identifier=change.identifier,
            old=answer_words(change.old, output),
            new=answer_words(change.new, output),
        )
        for change in changes
    )


def gap_words(job: BatchJob) -> str:
    """Return by how much numbers differ from those of the former run; empty for classes, and where none differs."""
    output, found = job.version.manifest.signature.output, job.differences
    if found is None or not found.different or output.kind is not OutputKind.NUMBER:
        return ""
    mean, most = (with_unit(number_words(gap, digits=3), output.unit) for gap in (found.gap_mean, found.gap_max))
    return _("The mean gap is %(mean)s, the largest %(most)s.") % {"mean": mean, "most": most}


def answer_words(answer: str | float | bool | None, output: Output) -> str:  # noqa: FBT001  # an answer, not a switch
    """Return an answer as people read it."""
    if answer is None:
        return NOTHING
    if output.kind is OutputKind.NUMBER and not isinstance(answer, str | bool):
        return with_unit(number_words(float(answer)), output.unit)
    return label_words(answer)


def _answered(row: RowShown, output: Output) -> AnsweredRow:
    return AnsweredRow(
        line=row.line,
        identifier=row.identifier,
        answer=answer_words(row.prediction, output) if row.status is RowStatus.OK else "",
        probability="" if row.probability is None else percent_words(row.probability),
        problem=row.problem,
        cells=row.cells,
    )


def _places(job: BatchJob) -> dict[str, int]:
    columns = job.understanding.columns if job.understanding else ()
    return {column.feature: at for at, column in enumerate(columns) if column.feature}


def _unusual(
    row: RowShown, features: Mapping[str, Feature], places: Mapping[str, int], labels: Mapping[str, str]
) -> Iterator[str]:
    for name in row.unusual:
        feature, at = features.get(name), places.get(name, len(row.cells))
        words = labels.get(name, name)
        if at < len(row.cells):
            words += f"\N{NO-BREAK SPACE}{row.cells[at]}"
        if feature is not None and feature.minimum is not None and feature.maximum is not None:
            words += f" ({range_words(feature.minimum, feature.maximum, feature.unit)})"
        yield words
