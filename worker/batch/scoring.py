"""Scores one chunk: read it, validate it, ask the model, write its part of the result."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

import numpy as np
import polars as pl

from worker.batch.answering import Answered, Asking, Mask, Progress, spread
from worker.batch.blocks import Block
from worker.batch.formats.csv import CsvBlock
from worker.batch.opening import open_source, open_writer, open_wrong_writer
from worker.batch.places import JobPlace, appearing
from worker.batch.plans import Plan
from worker.batch.showing import Read, Showing
from worker.contract.batch import PROBLEMS_MAX, Chunk, ChunkOutcome, RowStatus, Step
from worker.contract.errors import RowProblem
from worker.contract.row_phrases import GAVE_UP, MODEL_FAILED
from worker.contract.signature import Signature
from worker.journal.job_rows import ChunkRows, JobJournal
from worker.models.answers import Answers
from worker.models.serving import ServedModel
from worker.tables.bulk import BulkReader, Checked
from worker.tables.row_sentences import phrase
from worker.tables.wrong_lengths import WrongLengths

STATUSES: Final = (RowStatus.OK, RowStatus.INVALID, RowStatus.FAILED)


def lines_of(block: Block, first: int) -> Sequence[int]:
    """Return the line of each row where the first is `first`."""
    return block.lines(first) if isinstance(block, CsvBlock) else range(first, first + block.row_count)


def check_rows(plan: Plan, block: Block, signature: Signature, number_max: float, lines: Sequence[int]) -> Checked:
    """Return what is right and what is wrong with the rows of a block."""
    by_feature = {column.feature: at for at, column in enumerate(plan.understanding.columns) if column.feature}
    columns = [block.column(by_feature[name]) if name in by_feature else None for name in signature.names]
    reader = BulkReader(signature, number_max=number_max, decimal=plan.understanding.decimal)
    lengths = WrongLengths(found=_lengths(block), expected=len(plan.understanding.columns))
    return reader.check(columns, lines=lines, wrong_lengths=lengths)


def first_problems(problems: Mapping[int, tuple[RowProblem, ...]]) -> tuple[RowProblem, ...]:
    """Return the first problems, in the order of the rows."""
    return tuple(islice((problem for of_row in problems.values() for problem in of_row), PROBLEMS_MAX))


def _lengths(block: Block) -> Mapping[int, int]:
    """Return the cells of rows that have not as many as there are columns; none where a line could not be read."""
    if isinstance(block, CsvBlock):
        return block.lengths
    return dict.fromkeys(getattr(block, "broken", {}), 0)


class Scoring:
    """Scores chunks of one plan."""

    def __init__(self, place: JobPlace, plan: Plan, model: ServedModel, journal: JobJournal | None = None) -> None:
        self._place = place
        self._plan = plan
        self._signature = model.manifest.signature
        self._model = model
        self._journal = journal
        self._source = open_source(plan, place, self._signature)

    def score(self, step: Step, chunk: Chunk, progress: Progress, *, skip: bool = False) -> ChunkOutcome:
        """Write the part of a chunk and return what became of its rows. With `skip` the model is not asked."""
        block = self._source.read(chunk)
        lines = lines_of(block, self._plan.first_line + chunk.first_row + chunk.skipped)
        checked = check_rows(self._plan, block, self._signature, self._model.number_max, lines)
        table = checked.table
        answered = Answered.none(table.row_count) if skip else Asking(self._model, progress).ask(table)
        good = np.zeros(block.row_count, np.bool_)
        good[checked.answerable] = answered.answered
        problems = self._problems(checked, good, GAVE_UP if skip else MODEL_FAILED)
        frame = self._frame(answered, checked.answerable, good, problems)
        read = Read(chunk, block, lines, checked)
        self._write(read, frame, good)
        if self._journal is not None:
            self._note(self._journal, step, read, answered, good)
            self._journal.count_refused(step, chunk, checked.problems.tally())
        progress(chunk.rows)
        return _outcome(step, chunk, checked, good)

    def _frame(self, answered: Answered, readable: Mask, good: Mask, problems: pl.Series) -> pl.DataFrame:
        """Return the columns that the result adds."""
        names, rows = self._plan.names, len(good)
        given = answered.probabilities
        if given is None:  # where the model answered no row at all, too
            probabilities = [pl.Series([None], dtype=pl.Float64).new_from_index(0, rows)] * len(names.probabilities)
        else:
            probabilities = [spread(pl.Series(given[:, at]), good) for at in range(len(names.probabilities))]
        status = pl.Series(STATUSES, dtype=pl.String).gather(np.where(good, 0, np.where(readable, 2, 1)))
        version = pl.Series([self._plan.version]).new_from_index(0, rows)
        columns = [spread(answered.predictions, good), *probabilities, status, problems, version]
        return pl.DataFrame(
            [each.cast(kind).alias(name) for each, (name, kind) in zip(columns, self._plan.added.items(), strict=True)]
        )

    def _problems(self, checked: Checked, good: Mask, why: str) -> pl.Series:
        """Return for each row what is wrong with it, in the person's language; null where nothing is."""
        phrases = self._plan.phrases
        problems = pl.Series([None], dtype=pl.String).new_from_index(0, len(good))
        if checked.problems:
            said = pl.Series(list(checked.problems.sentences(phrases)), dtype=pl.String)
            problems = problems.scatter(np.flatnonzero(~checked.answerable), said)
        failed = checked.answerable & ~good
        return problems.set(pl.Series(failed), phrase(why, phrases)) if failed.any() else problems

    def _write(self, read: Read, frame: pl.DataFrame, good: Mask) -> None:
        place, number = self._place, read.chunk.number
        with appearing(place.part(number)) as draft:
            open_writer(self._plan, place).write(read.block, frame, draft)
        with appearing(place.answers(number)) as draft:
            self._kept(read, frame).write_ipc(draft)
        Showing(self._plan, read, frame).shown().save(place.shown(number))
        if good.all():
            place.wrong_part(number).unlink(missing_ok=True)  # a former try may have failed on some
        else:
            self._write_wrong(read, frame, ~good)

    def _note(self, journal: JobJournal, step: Step, read: Read, answered: Answered, good: Mask) -> None:
        """Keep what was asked and answered in the journal of the endpoint."""
        at = np.flatnonzero(good)
        identifiers: list[str | None] = []
        if self._plan.identifier:
            column = read.block.column(self._plan.column_names.index(self._plan.identifier)).text()
            identifiers = column.gather(at).to_list()
        answers = Answers(answered.predictions.to_numpy(), answered.probabilities)
        table = read.checked.table.only(answered.answered)
        rows = ChunkRows(chunk=read.chunk, at=at.tolist(), table=table, answers=answers, identifiers=identifiers)
        journal.write(step, self._signature, rows)

    def _kept(self, read: Read, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the answers for the summary and for comparisons."""
        names = self._plan.names
        columns = {"line": pl.Series(read.lines, dtype=pl.Int64), "prediction": frame[names.prediction]}
        columns |= {f"p{at}": frame[name] for at, name in enumerate(names.probabilities)}
        if self._plan.identifier:
            columns["identifier"] = read.block.column(self._plan.column_names.index(self._plan.identifier)).text()
        return pl.DataFrame(columns)

    def _write_wrong(self, read: Read, frame: pl.DataFrame, wrong: Mask) -> None:
        """Keep the rows to mend, as the file has them, with their lines and what is wrong."""
        names = self._plan.names
        lines = pl.Series(names.line, read.lines, dtype=pl.Int64)
        added = pl.DataFrame([lines, frame[names.problem]]).filter(wrong)
        with appearing(self._place.wrong_part(read.chunk.number)) as draft:
            open_wrong_writer(self._plan, self._place).write(read.block.only(wrong.tolist()), added, draft)


def _outcome(step: Step, chunk: Chunk, checked: Checked, good: Mask) -> ChunkOutcome:
    readable = checked.answerable
    return ChunkOutcome(
        step=step,
        number=chunk.number,
        rows=len(good),
        invalid=int(np.count_nonzero(~readable)),
        failed=int(np.count_nonzero(readable & ~good)),
        unusual=int(np.count_nonzero(checked.unusual)),
        problems=first_problems(checked.problems),
    )
