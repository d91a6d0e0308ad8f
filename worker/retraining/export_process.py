"""The disposable process of an export: reads the journal and leaves one file of the rows that are wanted."""

from pathlib import Path

import msgspec

from worker.contract.export import FILE, ExportOutcome
from worker.contract.words import Words
from worker.inspection.disposable import OUTCOME
from worker.models.serving import read_manifest
from worker.retraining.choosing import Choosing, Counted
from worker.retraining.export_apart import Job
from worker.retraining.training_frame import TrainingFrame
from worker.retraining.writing import Tables, write


def main(job_file: str) -> None:
    """Write the rows that the job names and leave the outcome in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    Path(OUTCOME).write_bytes(msgspec.json.encode(exported(job, Path(FILE))))


def exported(job: Job, target: Path) -> ExportOutcome:
    """Write the file, unless there is nothing to write."""
    request = job.request
    manifest = read_manifest(Path(job.version))
    key = Path(job.key).read_bytes() if Path(job.key).is_file() else b""
    frame = TrainingFrame(manifest.signature, manifest.target or "", request.hashed, key)
    choosing = Choosing(Path(job.journal), request, manifest.signature.names, key)
    counted = choosing.count()
    if not counted.matching:
        return ExportOutcome(
            export_id=request.export_id, without_inputs=counted.without_inputs, reason=_nothing(counted)
        )
    rows = known = 0

    def tables() -> Tables:
        nonlocal rows, known
        for chosen in choosing.rows(counted):
            rows += chosen.block.rows
            known += sum(each is not None for each in chosen.known)
            yield frame.of(chosen)

    write(tables(), frame, request.format, target)
    return ExportOutcome(
        export_id=request.export_id,
        rows=rows,
        matching=counted.matching,
        known=known,
        without_inputs=counted.without_inputs,
        hashed=frame.hashed,
        target=frame.target,
    )


def _nothing(counted: Counted) -> Words:
    if counted.without_inputs:
        return Words(
            "The journal keeps only the answers of these {rows:,} rows, and not what was asked.",
            {"rows": counted.without_inputs},
        )
    return Words("No row of the journal is as you want it.")
