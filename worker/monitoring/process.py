"""The disposable process of a run: reads the journal and the version's reference, and leaves what each window shows."""

import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from worker.contract.monitoring import LOOKED_AT
from worker.contract.monitoring_run import ROWS_MAX, WINDOWS_MAX, ClosedWindow, MonitorOutcome, WindowReport
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """How much a run looks at: it ends after the window with which it has so many rows, or takes so long.

    Far less than the process may take: what it has found by then is kept, and the next run goes on behind it.
    """

    rows: int = ROWS_MAX
    seconds: float = 60.0
    clock: Callable[[], float] = time.monotonic


def looked(job: Job, budget: Budget | None = None) -> MonitorOutcome:
    """Return what the windows show, as many of them as the budget allows; one at least."""
    budget = budget or Budget()
    ends_s = budget.clock() + budget.seconds
    request, endpoint = job.request, Path(job.journal)
    cuts = cut(endpoint, request)
    found, gone = _still_whole(cuts, request.closed)
    material = Material(Path(job.version))
    look = Look(material, Truths.read(endpoint), request.former, request.hashed)
    chosen = found[:WINDOWS_MAX]
    known = {each.begins_ms: each.domain for each in request.known}
    spans = {each.begins_ms: each.seconds_max for each in request.closed}
    told_apart = _told_apart(chosen, known)
    windows: list[WindowReport] = []
    for at, each in enumerate(chosen):
        while gone and gone[0].begins_ms < each.begins_ms:
            look.pass_by(gone.pop(0).found)
        rows = Rows(read(endpoint, request, each), material.signature, request.hashed)
        report = look.at(each, rows, known=known.get(each.begins_ms), with_domain=at in told_apart)
        seconds_max = spans.get(each.begins_ms, request.seconds_max)
        windows.append(msgspec.structs.replace(report, seconds_max=seconds_max))
        if sum(done.looked_at for done in windows) >= budget.rows or budget.clock() >= ends_s:
            break
    return MonitorOutcome(
        run_id=request.run_id,
        windows=tuple(windows),
        is_more=len(found) > len(windows),
        rows_in_journal=sum(each.rows for each in cuts),
    )


def _still_whole(cuts: Sequence[Cut], closed: Sequence[ClosedWindow]) -> tuple[list[Cut], list[ClosedWindow]]:
    """Return the windows that are looked at, and those of which rows have gone since they were closed: they stay."""
    rows = {each.begins_ms: each.rows for each in cuts}
    gone = [each for each in closed if rows.get(each.begins_ms, -1) < each.rows]
    names = {each.begins_ms for each in gone}
    return [each for each in cuts if each.begins_ms not in names], gone


def _told_apart(chosen: Sequence[Cut], known: Container[int]) -> frozenset[int]:
    """Return the places of the windows whose rows are told apart from the reference, all columns together.

    That takes seconds: of many new windows in a run it is done for the last, as many as an alarm looks at.
    """
    new = [at for at, each in enumerate(chosen) if not each.is_open and each.begins_ms not in known]
    return frozenset(new[-LOOKED_AT:])
