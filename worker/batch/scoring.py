"""Scores one chunk: read it, validate it, ask the model, write its part of the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from worker.batch.answering import Answered, Asking, Progress, spread
from worker.batch.blocks import Block
from worker.batch.formats.csv import CsvBlock
from worker.batch.opening import open_source, open_writer
from worker.batch.places import JobPlace, appearing
from worker.batch.plans import Plan
from worker.batch.showing import Showing
from worker.contract.batch import PROBLEMS_MAX, Chunk, ChunkOutcome, RowStatus, Step
from worker.contract.errors import RowProblem
from worker.contract.signature import Signature
from worker.models.serving import ServedModel
from worker.tables.bulk import BulkReader, Checked
from worker.tables.row_sentences import phrase, sentences
from worker.tables.wrong_lengths import WrongLengths

GAVE_UP: Final = "gave_up"
MODEL_FAILED: Final = "model_failed"


@dataclass(frozen=True, slots=True)
class Scored:
    """The rows of a chunk with what was answered: `frame` has the columns that the result adds."""

    frame: pl.DataFrame
    kept: pl.DataFrame
    wrong: pl.Series
    shown: Showing
    outcome: ChunkOutcome


def check_rows(plan: Plan, block: Block, signature: Signature, number_max: float, *, first_row: int = 0) -> Checked:
    """Return what is right and what is wrong with the rows of a block."""
    by_feature = {column.feature: at for at, column in enumerate(plan.understanding.columns) if column.feature}
    columns = [block.column(by_feature[name]) if name in by_feature else None for name in signature.names]
    reader = BulkReader(signature, number_max=number_max, decimal=plan.understanding.decimal)
    lengths = WrongLengths(found=_lengths(block), expected=len(plan.understanding.columns))
    return reader.check(
        columns, first_line=plan.first_line + first_row, row_count=block.row_count, wrong_lengths=lengths
    )


def _lengths(block: Block) -> Mapping[int, int]:
    """Return the cells of rows that have not as many as there are columns; none where a line could not be read."""
    if isinstance(block, CsvBlock):
        return block.lengths
    return dict.fromkeys(getattr(block, "broken", {}), 0)


class Scoring:
    """Scores chunks of one plan."""

    def __init__(self, place: JobPlace, plan: Plan, model: ServedModel) -> None:
        self._place = place
        self._plan = plan
        self._signature = model.manifest.signature
        self._model = model
        self._source = open_source(plan, place, self._signature)

    def score(self, step: Step, chunk: Chunk, progress: Progress, *, skip: bool = False) -> ChunkOutcome:
        """Write the part of a chunk and return what became of its rows. With `skip` the model is not asked."""
        block = self._source.read(chunk)
        checked = check_rows(self._plan, block, self._signature, self._model.number_max, first_row=chunk.first_row)
        answered = _unasked(checked.table.row_count) if skip else Asking(self._model, progress).ask(checked.table)
        scored = self._scored(step, chunk, checked, answered, GAVE_UP if skip else MODEL_FAILED)
        self._write(block, chunk, scored)
        progress(chunk.rows)
        return scored.outcome

    def _scored(self, step: Step, chunk: Chunk, checked: Checked, answered: Answered, why: str) -> Scored:
        readable = checked.answerable
        good = np.zeros(len(readable), dtype=bool)
        good[readable] = answered.answered
        status = pl.Series(np.where(readable, np.where(good, RowStatus.OK, RowStatus.FAILED), RowStatus.INVALID))
        predictions = spread(answered.predictions, readable)
        probabilities = [spread(each, readable) for each in answered.probabilities]
        problems = self._sentences(checked, ~good & readable, why)
        frame = self._frame(predictions, probabilities, status, problems)
        kept = pl.DataFrame(
            {"status": status, "prediction": predictions, "unusual": pl.Series(checked.unusual)}
            | {f"p{at}": each for at, each in enumerate(probabilities)}
        )
        outcome = ChunkOutcome(
            step=step,
            number=chunk.number,
            rows=len(readable),
            invalid=int((~readable).sum()),
            failed=int((readable & ~good).sum()),
            unusual=int(checked.unusual.sum()),
            problems=_first(checked.problems),
        )
        return Scored(frame, kept, pl.Series(~good), Showing(self._plan, chunk, checked, frame), outcome)

    def _frame(
        self, predictions: pl.Series, probabilities: list[pl.Series], status: pl.Series, problems: pl.Series
    ) -> pl.DataFrame:
        names = self._plan.names
        absent = pl.Series([None], dtype=pl.Float64).new_from_index(0, len(status))
        # Where the model answered no row at all, nobody knows how many probabilities there are.
        given = probabilities or [absent] * len(names.probabilities)
        version = pl.Series([self._plan.version]).new_from_index(0, len(status))
        columns = [predictions, *given[: len(names.probabilities)], status, problems, version]
        return pl.DataFrame(
            [each.cast(kind).alias(name) for each, (name, kind) in zip(columns, self._plan.added.items(), strict=True)]
        )

    def _sentences(self, checked: Checked, failed: "np.ndarray[tuple[int], np.dtype[np.bool_]]", why: str) -> pl.Series:
        """Return for each row what is wrong with it, in the person's language; null where nothing is."""
        phrases = self._plan.phrases
        said = {row: sentences(problems, phrases) for row, problems in checked.problems.items()}
        said |= dict.fromkeys(np.flatnonzero(failed).tolist(), phrase(why, phrases))
        return pl.Series(
            [said.get(row) for row in range(len(failed))] if said else [None] * len(failed), dtype=pl.String
        )

    def _write(self, block: Block, chunk: Chunk, scored: Scored) -> None:
        writer = open_writer(self._plan, self._place)
        with appearing(self._place.part(chunk.number)) as draft:
            writer.write(block, scored.frame, draft)
        with appearing(self._place.answers(chunk.number)) as draft:
            scored.kept.write_ipc(draft)
        scored.shown.of(block).save(self._place.shown(chunk.number))
        if scored.wrong.any():
            self._write_wrong(block, chunk, scored)

    def _write_wrong(self, block: Block, chunk: Chunk, scored: Scored) -> None:
        """Keep the rows to mend, as the file has them, with their lines and what is wrong."""
        first_line = self._plan.first_line + chunk.first_row
        table = block.table().with_columns(
            scored.frame[self._plan.names.problem].alias(self._plan.names.problem),
            pl.int_range(first_line, first_line + block.row_count, eager=True).alias(self._plan.names.line),
        )
        with appearing(self._place.wrong_part(chunk.number)) as draft:
            table.filter(scored.wrong).write_ipc(draft)


def _unasked(rows: int) -> Answered:
    nothing = pl.Series([None], dtype=pl.Float64).new_from_index(0, rows)
    return Answered(nothing, (), np.zeros(rows, dtype=bool))


def _first(problems: Mapping[int, tuple[RowProblem, ...]]) -> tuple[RowProblem, ...]:
    return tuple(problem for row in sorted(problems)[:PROBLEMS_MAX] for problem in problems[row])[:PROBLEMS_MAX]
