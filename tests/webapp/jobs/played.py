"""Jobs as people submit them, and the data plane, played: it says whatever a test wants of a step."""

from pathlib import Path
from typing import Any

from tests.playground import NOON
from tests.webapp.jobs.builders import understanding
from webapp.accounts.models import User
from webapp.endpoints.models import Endpoint
from webapp.jobs import recording, submitting
from webapp.jobs.models import BatchJob
from webapp.jobs.submitting import Submission
from worker.contract.batch import AssembleOutcome, Chunk, ChunkOutcome, FileFormat, PlanOutcome, Step

ROWS = 10
"""In each chunk."""


def submission(directory: Path, **changes: Any) -> Submission:
    """Return a file that has arrived."""
    path = directory / "arrived"
    path.write_text("bill_mm;island\n46,1;Biscoe\n")
    known: dict[str, Any] = {"path": path, "file_name": "rows.csv", "size_bytes": path.stat().st_size, "language": "en"}
    return Submission(**(known | changes))


def submitted(owner: User, endpoint: Endpoint, directory: Path, **changes: Any) -> BatchJob:
    """Return a job that was just submitted."""
    return submitting.submit(owner, endpoint, submission(directory, **changes), NOON)


def step_of(job: BatchJob, attempt: int | None = None) -> Step:
    """Return how the data plane names a step of a job."""
    return Step(job_id=job.job_id, attempt=attempt or job.attempt, token="")


def play_plan(job: BatchJob, chunks: int = 2, **changes: Any) -> None:
    """Cut a file."""
    cut = tuple(
        Chunk(number=number, start=number, stop=number + 1, rows=ROWS, first_row=number * ROWS)
        for number in range(chunks)
    )
    known: dict[str, Any] = {
        "step": step_of(job),
        "understanding": understanding(),
        "chunks": cut,
        "rows": chunks * ROWS,
    }
    recording.record_plan(PlanOutcome(**(known | changes)), NOON)
    job.refresh_from_db()


def play_look(job: BatchJob, **changes: Any) -> None:
    """Look at a file."""
    play_plan(job, 0, **changes)


def play_chunk(job: BatchJob, number: int, **changes: Any) -> None:
    """Answer the rows of a chunk."""
    known: dict[str, Any] = {"step": step_of(job), "number": number, "rows": ROWS}
    recording.record_chunk(ChunkOutcome(**(known | changes)), NOON)
    job.refresh_from_db()


def play_result(job: BatchJob, **changes: Any) -> None:
    """Put the result together."""
    known: dict[str, Any] = {"step": step_of(job), "result_bytes": 321, "result_format": FileFormat.CSV}
    recording.record_result(AssembleOutcome(**(known | changes)), NOON)
    job.refresh_from_db()


def play_all(job: BatchJob, chunks: int = 2) -> None:
    """Do the whole job."""
    play_plan(job, chunks)
    for number in range(chunks):
        play_chunk(job, number)
    play_result(job)
