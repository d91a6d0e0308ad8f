"""The disposable process of a replay: opens both versions, reads what was asked lately, and leaves what differs."""

from pathlib import Path

import msgspec

from worker.comparison.comparing import Incomparable
from worker.comparison.process import opened
from worker.contract.replay import Replayed, ReplayOutcome
from worker.contract.words import Words
from worker.inspection.disposable import OUTCOME
from worker.journal.truth import Truths
from worker.monitoring.rows import Rows
from worker.retraining.lately import lately
from worker.retraining.replay_apart import Job
from worker.retraining.replaying import replay


def main(job_file: str) -> None:
    """Replay what the job names and leave the outcome in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    Path(OUTCOME).write_bytes(msgspec.json.encode(outcome_of(job)))


def outcome_of(job: Job) -> ReplayOutcome:
    """Return what would have been answered, or why that cannot be told."""
    try:
        return ReplayOutcome(replay_id=job.request.replay_id, replayed=_replayed(job))
    except Incomparable as why:
        return ReplayOutcome(replay_id=job.request.replay_id, reason=why.reason, detail=why.detail)


def _replayed(job: Job) -> Replayed:
    request, journal = job.request, Path(job.journal)
    old, new = opened(job.old, request.old), opened(job.new, request.new)
    signature = old.manifest.signature
    blocks = lately(journal, request, signature.names)
    if not blocks:
        raise Incomparable(
            Words("The journal holds no row that version {number} was asked, with its values.", {"number": request.old})
        )
    return replay(Rows(blocks, signature, request.hashed), Truths.read(journal), old, new, request)
