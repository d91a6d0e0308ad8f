"""Plans a job: understand the file, check a sample of its rows, cut it into chunks."""

from collections.abc import Callable
from math import ceil
from typing import Final

import msgspec

from worker.batch.errors import FileRefused
from worker.batch.opening import open_source, text_of
from worker.batch.places import JobPlace
from worker.batch.plans import AnswerNames, Plan, prediction_type
from worker.batch.reading import Found, find_out
from worker.batch.scoring import check_rows, first_problems, lines_of
from worker.batch.text import UTF_8, UTF_8_MARKED
from worker.batch.writing.csv_lines import encodable
from worker.batch.writing.xlsx import check_fits_sheet
from worker.contract.batch import Chunk, FileFormat, PlanOutcome, PlanRequest, Understanding
from worker.contract.signature import Signature
from worker.contract.words import Words
from worker.models.answers import label_names
from worker.tables.wording import listed

CHUNK_BYTES: Final = 24 << 20
"""Where a chunk costs no more than this a worker is busy with rows and not with messages."""

ROWS_MIN: Final = 1_000
ROWS_MAX: Final = 200_000
ROWS_MAX_UNKNOWN: Final = 20_000
CHUNK_S: Final = 2.0
"""The rows of a chunk take a process about so long, so that people see progress and a cancel is soon heard."""

CHUNKS_PER_PROCESS: Final = 4
SAMPLE_ROWS: Final = 1_000
WRONG_SHARE_MAX: Final = 0.5


NO_ROWS: Final = Words("The file has no rows.")


class Planning:
    """Plans one job, for a version with this signature."""

    def __init__(self, request: PlanRequest, place: JobPlace, signature: Signature, number_max: float) -> None:
        self._request = request
        self._place = place
        self._signature = signature
        self._number_max = number_max

    def plan(self, tell: Callable[[PlanOutcome], None] = lambda _: None) -> PlanOutcome:
        """Return what was understood and the chunks, or why there are none; `tell` of the first ones before.

        What was decided is kept before anything is told. A planner that does it again, after a death, keeps to that:
        rows of chunks that have been told of may be answered already.
        """
        try:
            plan = self._decided()
        except FileRefused as refused:
            return PlanOutcome(step=self._request.step, reason=refused.words, hint=refused.hint)
        understanding = plan.understanding
        refusal = None if self._request.only_look else self._refusal(understanding)
        if self._request.only_look or refusal is not None:
            reason, hint = refusal or (None, None)
            return PlanOutcome(step=self._request.step, understanding=understanding, reason=reason, hint=hint)
        return self._cut(plan, tell)

    def _decided(self) -> Plan:
        """Return how the file is read and how large its chunks are."""
        if self._place.plan.exists():
            return Plan.load(self._place.plan)
        plan = self._drafted(find_out(self._request, self._place, self._signature))
        plan = msgspec.structs.replace(plan, understanding=self._sampled(plan))
        source = open_source(plan, self._place, self._signature)
        size_bytes = text_of(plan, self._place).stat().st_size
        plan = msgspec.structs.replace(
            plan, rows_of_chunk=rows_of_chunk(source.rows_about(), size_bytes, self._request)
        )
        if not self._request.only_look:
            plan.save(self._place.plan)
        return plan

    def _drafted(self, found: Found) -> Plan:
        names = [column.name for column in found.understanding.columns]
        return Plan(
            understanding=found.understanding,
            digest=self._request.digest,
            version=self._request.version,
            names=AnswerNames.beside(names, self._signature.output),
            output=self._request.choice.output or found.understanding.format,
            phrases=self._request.phrases,
            header_start=found.header_start,
            text_start=found.text_start,
            is_copied=found.is_copied,
            first_line=found.first_line,
            identifier=self._request.choice.identifier,
            encoding=self._encoding(found.understanding.encoding),
            labels=label_names(self._signature.output.labels or ()),
            prediction_type=prediction_type(self._signature.output),
            unpacked_bytes_max=self._request.unpacked_bytes_max,
        )

    def _encoding(self, encoding: str) -> str:
        """Return the encoding of the file, or UTF-8 if that lacks a character of what is added."""
        signature = self._signature
        added = (*label_names(signature.output.labels or ()), *signature.names, *self._request.phrases.values())
        try:
            encodable("".join(added), encoding).encode(encoding or UTF_8)
        except UnicodeEncodeError:
            return UTF_8_MARKED
        return encoding

    def _sampled(self, plan: Plan) -> Understanding:
        """Return what was understood, with what is wrong in the first rows."""
        sample = open_source(plan, self._place, self._signature).sample(SAMPLE_ROWS)
        checked = check_rows(plan, sample, self._signature, self._number_max, lines_of(sample, plan.first_line))
        return msgspec.structs.replace(
            plan.understanding,
            problems=first_problems(checked.problems),
            sample_rows=sample.row_count,
            sample_wrong=len(checked.problems),
        )

    def _refusal(self, understanding: Understanding) -> tuple[Words, Words] | None:
        if understanding.absent:
            words = Words("No column gives {names}.", {"names": listed(understanding.absent)})
            return words, Words("Name the columns as the model does, or say which column gives which feature.")
        wrong, rows = understanding.sample_wrong, understanding.sample_rows
        if rows and wrong / rows > WRONG_SHARE_MAX and not self._request.wrong_rows_accepted:
            words = Words("Of the first {rows:,} rows {wrong:,} cannot be answered.", {"rows": rows, "wrong": wrong})
            return words, Words("Look at what is wrong with them; if that is meant, accept wrong rows and start again.")
        return None

    def _cut(self, plan: Plan, tell: Callable[[PlanOutcome], None]) -> PlanOutcome:
        step, understanding = self._request.step, plan.understanding
        chunks: list[Chunk] = []
        told = self._request.processes
        try:
            for chunk in open_source(plan, self._place, self._signature).cut(plan.rows_of_chunk):
                if len(chunks) == told:  # after one for each process, two, four …
                    tell(PlanOutcome(step=step, understanding=understanding, chunks=tuple(chunks), is_part=True))
                    told *= 2
                chunks.append(chunk)
            rows = sum(chunk.rows for chunk in chunks)
            if plan.output is FileFormat.XLSX:
                check_fits_sheet(rows, len(plan.column_names) + len(plan.added))
        except FileRefused as refused:
            return PlanOutcome(step=step, understanding=understanding, reason=refused.words, hint=refused.hint)
        if not rows:
            return PlanOutcome(step=step, understanding=understanding, reason=NO_ROWS)
        understanding = msgspec.structs.replace(understanding, rows=rows)
        msgspec.structs.replace(plan, understanding=understanding, chunks=tuple(chunks)).save(self._place.plan)
        return PlanOutcome(step=step, understanding=understanding, chunks=tuple(chunks), rows=rows)


def rows_of_chunk(rows: int | None, size_bytes: int, request: PlanRequest) -> int:
    """Return how many rows a chunk has: enough to cost no more than its rows, few enough to be shared out and told of.

    Where there are more than processes, they are as many for each, so that all end at a time.
    `rows` is about how many the file has, None where that is unknown.
    """
    timely = request.rows_per_s * CHUNK_S if request.rows_per_s else ROWS_MAX
    if not rows:
        return max(1, int(min(timely, ROWS_MAX_UNKNOWN)))
    by_bytes = CHUNK_BYTES * rows / max(1, size_bytes)
    shared = max(ROWS_MIN, rows / (CHUNKS_PER_PROCESS * request.processes))
    chunks = ceil(rows / max(1, int(min(by_bytes, timely, shared, ROWS_MAX))))
    if chunks > request.processes:
        chunks = request.processes * ceil(chunks / request.processes)
    return ceil(rows / chunks)
