"""The rows of batch jobs in the journal: files for each chunk, which take the place of a former try's.

A job may take days. Its rows are of the moment at which their chunk was answered: what is written into the past, behind
the last window that was looked at, nobody would ever look at.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from worker.batch.places import appearing
from worker.contract.batch import Chunk, Step
from worker.contract.journal import JobRows
from worker.contract.signature import Signature
from worker.journal import block, refusals
from worker.journal.columns import KEY, ROW, Answered, Asker, Origin, block_of
from worker.journal.places import ENDING, REFUSED, day_of, days
from worker.journal.refusals import Refused
from worker.journal.writing import hash_key
from worker.models.answers import Answers
from worker.tables.errors import Tally
from worker.tables.table import Table

JOB: Final = "job-"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChunkRows:
    """The rows of a chunk that were answered: which they are in it, what they were, what people call them."""

    chunk: Chunk
    at: Sequence[int]
    table: Table
    answers: Answers
    identifiers: Sequence[str | None] = ()


class JobJournal:
    """Writes the rows of one job's chunks."""

    def __init__(
        self, directory: Path, wanted: JobRows, version: int, digest: str, clock: Callable[[], float] = time.time
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._wanted = wanted
        self._origin = Origin(wanted.endpoint, version, digest, wanted.rule)

    def write(self, step: Step, signature: Signature, rows: ChunkRows) -> None:
        """Write the segment of a chunk, all of it or nothing."""
        if not self._wanted.rule.is_kept or not rows.table.row_count:
            return
        asker = Asker(step.job_id, rows.table.row_count, self._wanted.caller, 0.0)
        at_ms = self._now_ms()
        answered = Answered([asker], rows.table, rows.answers, at_ms, 0.0)
        whole = block_of(self._origin, signature, [answered], hash_key(self._directory))
        columns = {**whole.columns, ROW: (np.asarray(rows.at) + rows.chunk.first_row).astype(np.int32)}
        if rows.identifiers:
            columns[KEY] = np.array(rows.identifiers, object)
        self._put(step, f"{rows.chunk.number:06d}{ENDING}", at_ms, block.encode(replace(whole, columns=columns)))

    def count_refused(self, step: Step, chunk: Chunk, tally: Tally) -> None:
        """Write how many rows of a chunk were refused, and for what reasons; what a former try wrote goes."""
        if not self._wanted.rule.is_kept:
            return
        at_ms = self._now_ms()
        most = dict(sorted(tally.reasons.items(), key=lambda each: -each[1])[: refusals.REASONS_MAX])
        refused = Refused(at_ms, tally.rows, 0, most)  # a job as a whole is not refused
        data = refusals.encoded(self._origin, refused, at_ms) if tally.rows else None
        self._put(step, f"{chunk.number:06d}{REFUSED}", at_ms, data)

    def _now_ms(self) -> int:
        return max(self._wanted.at_ms, int(self._clock() * 1000))

    def _put(self, step: Step, name: str, at_ms: int, data: bytes | None) -> None:
        """Write a file of this try, where there is something to write, in the place of those of former tries."""
        endpoint = self._directory / self._wanted.endpoint
        own = endpoint / day_of(at_ms) / f"{JOB}{step.job_id}-{step.attempt}-{name}"
        if data is not None:
            own.parent.mkdir(parents=True, exist_ok=True)
            with appearing(own) as draft:
                draft.write_bytes(data)
        # A former try may have been on another day, but on none before the job was asked.
        since = day_of(self._wanted.at_ms)
        for day in (each for each in days(endpoint) if each.name >= since):
            for former in day.glob(f"{JOB}{step.job_id}-*-{name}"):
                if data is None or former != own:
                    former.unlink(missing_ok=True)
