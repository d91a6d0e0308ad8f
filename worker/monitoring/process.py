"""The disposable process of a run: reads the journal and the version's reference, and leaves what each window shows."""

from collections.abc import Container, Sequence
from pathlib import Path

import msgspec

from worker.contract.monitoring import LOOKED_AT
from worker.contract.monitoring_run import WINDOWS_MAX, MonitorOutcome
from worker.inspection.disposable import OUTCOME
from worker.journal.truth import Truths
from worker.monitoring.apart import Job
from worker.monitoring.cutting import Cut, cut, read
from worker.monitoring.looking import Look
from worker.monitoring.material import Material
from worker.monitoring.rows import Rows


def main(job_file: str) -> None:
    """Look at the windows that the job names and leave the outcome in the working directory."""
    job = msgspec.json.decode(Path(job_file).read_bytes(), type=Job)
    Path(OUTCOME).write_bytes(msgspec.json.encode(looked(job)))


def looked(job: Job) -> MonitorOutcome:
    """Return what the windows show."""
    request, endpoint = job.request, Path(job.journal)
    found = cut(endpoint, request)
    material = Material(Path(job.version))
    look = Look(material, Truths.read(endpoint), request.former, request.hashed)
    chosen = found[:WINDOWS_MAX]
    known = {each.begins_ms: each.domain for each in request.known}
    told_apart = _told_apart(chosen, known)
    windows = tuple(
        look.at(
            each,
            Rows(read(endpoint, request, each), material.signature, request.hashed),
            known=known.get(each.begins_ms),
            with_domain=at in told_apart,
        )
        for at, each in enumerate(chosen)
    )
    return MonitorOutcome(
        run_id=request.run_id,
        windows=windows,
        is_more=len(found) > len(chosen),
        rows_in_journal=sum(each.rows for each in found),
    )


def _told_apart(chosen: Sequence[Cut], known: Container[int]) -> frozenset[int]:
    """Return the places of the windows whose rows are told apart from the reference, all columns together.

    That takes seconds: of many new windows in a run it is done for the last, as many as an alarm looks at.
    """
    new = [at for at, each in enumerate(chosen) if not each.is_open and each.begins_ms not in known]
    return frozenset(new[-LOOKED_AT:])
