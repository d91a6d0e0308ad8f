"""The worker's side of a run: the disposable process, what of its answer is taken, and what its ending means."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from worker.contract.journal import DIRECTORY
from worker.contract.monitoring_run import RUN_ID, WINDOWS_MAX, MonitorOutcome, MonitorRequest
from worker.contract.words import Words
from worker.inspection.confinement import Limits
from worker.inspection.disposable import Ending, nobody_waits
from worker.inspection.errand import DETAIL_MAX, Errand, Failure, Sentences

PROCESS: Final = "worker.monitoring.process"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
SIZE_MAX_BYTES: Final = 16_000_000

LOOK: Final = Errand(
    process=PROCESS,
    answer=MonitorOutcome,
    size_max_bytes=SIZE_MAX_BYTES,
    is_sound=lambda said: len(said.windows) <= WINDOWS_MAX,
    is_patient=True,
    sentences=Sentences(
        late=Words("The look was not done after {seconds:,.0f} s and was stopped."),
        memory=Words("The look needed more memory than the {megabytes:,.0f} MB that it may take."),
        died=Words("The process that looked died ({signal})."),
        silent=Words("The look ended without an answer (exit status {status})."),
    ),
)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the disposable process is told: where the version and the endpoint's journal lie."""

    request: MonitorRequest
    version: str
    journal: str


class MonitoringPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where runs happen and what each may take. One that `is_awaited` makes no room for others any more."""

    models_dir: Path
    spool_dir: Path
    limits: Limits
    is_awaited: Callable[[], bool] = nobody_waits

    def monitor(self, request: MonitorRequest) -> MonitorOutcome:
        """Look in a disposable process. Raise ValueError for a request that no site sends."""
        if not (RUN_ID.fullmatch(request.run_id) and NAME.fullmatch(request.endpoint)):
            msg = f"A run has an id of 32 hexadecimal digits and an endpoint, got {request.run_id[:80]!r}."
            raise ValueError(msg)
        if not DIGEST.fullmatch(request.digest) or not (self.models_dir / request.digest).is_dir():
            return _failed(request, Words("The model store does not hold this version."))
        if not (self.spool_dir / DIRECTORY / request.endpoint).is_dir():
            return MonitorOutcome(run_id=request.run_id)  # nothing was answered yet
        return _taken(self._run(request), request, self.limits)

    def _run(self, request: MonitorRequest) -> Ending:
        version = str(self.models_dir / request.digest)
        journal = str(self.spool_dir / DIRECTORY / request.endpoint)
        limits = msgspec.structs.replace(self.limits, readable=(version, journal))
        job = Job(request=request, version=version, journal=journal)
        return LOOK.run(job, self.spool_dir / "working" / request.run_id, limits, self.is_awaited)


def _taken(ending: Ending, request: MonitorRequest, limits: Limits) -> MonitorOutcome:
    """Return what the process said; which run it was is for this side to say, as it ran a stranger's model."""
    said = LOOK.taken(ending, limits)
    if isinstance(said, Failure):
        return _failed(request, said.reason, said.detail)
    return msgspec.structs.replace(said, run_id=request.run_id, detail=said.detail[:DETAIL_MAX])


def _failed(request: MonitorRequest, reason: Words, detail: str = "") -> MonitorOutcome:
    return MonitorOutcome(run_id=request.run_id, reason=reason, detail=detail)
