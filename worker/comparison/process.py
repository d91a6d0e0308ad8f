"""The disposable process of a comparison: opens two versions of the store and leaves how their answers differ."""

from contextlib import suppress
from pathlib import Path

import msgspec

from worker.comparison.apart import Job
from worker.comparison.comparing import Incomparable, compare, target_of
from worker.contract.comparison import Compared, ComparisonOutcome
from worker.contract.inspection import REFERENCE
from worker.contract.words import Words
from worker.inspection.disposable import OUTCOME
from worker.inspection.reference import read_reference
from worker.inspection.refusal import Refused
from worker.models.errors import ModelError
from worker.models.serving import ServedModel


def main(job_file: str) -> None:
    """Compare what the job names and leave the outcome in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    known = job.request.comparison_id
    try:
        outcome = ComparisonOutcome(comparison_id=known, compared=_compared(job))
    except Incomparable as why:
        outcome = ComparisonOutcome(comparison_id=known, reason=why.reason, detail=why.detail)
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome))


def _compared(job: Job) -> Compared:
    request = job.request
    old = opened(job.old, request.old)
    new = opened(job.new, request.new)
    try:
        data = read_reference(Path(job.new, REFERENCE))
        if not target_of(data, old, new) and old.manifest.target:
            with suppress(
                Incomparable, Refused, OSError
            ):  # then the answers are compared, on the rows of the newer one
                return compare(old, new, read_reference(Path(job.old, REFERENCE)), request, rows_of=request.old)
        return compare(old, new, data, request, rows_of=request.new)
    except (Refused, OSError) as error:
        raise Incomparable(
            Words("The reference data of version {number} cannot be read.", {"number": request.new}), str(error)
        ) from error


def opened(directory: str, number: int) -> ServedModel:
    """Return a version that lies there. Raise Incomparable if it cannot be opened."""
    try:
        return ServedModel.load(Path(directory))
    except ModelError as error:
        raise Incomparable(Words("Version {number} cannot be opened.", {"number": number}), error.message) from error
