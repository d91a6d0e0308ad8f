"""The worker's side of a replay: the disposable process, and what of its answer is taken."""

from pathlib import Path
from typing import Final

import msgspec

from worker.comparison.apart import is_bounded
from worker.contract.comparison import ROWS_SHOWN_MAX
from worker.contract.journal import DIRECTORY
from worker.contract.replay import REPLAY_ID, ROWS_MAX, ReplayOutcome, ReplayRequest
from worker.contract.words import Words
from worker.inspection.confinement import Limits
from worker.inspection.errand import DETAIL_MAX, Errand, Failure, Sentences
from worker.retraining.export_apart import DIGEST, NAME


def _is_told(said: ReplayOutcome) -> bool:
    if said.replayed is None:
        return said.reason is not None
    return is_bounded(said.replayed.compared) and len(said.replayed.requests) <= ROWS_SHOWN_MAX


REPLAY: Final = Errand(
    process="worker.retraining.replay_process",
    answer=ReplayOutcome,
    size_max_bytes=1_000_000,
    is_sound=_is_told,
    sentences=Sentences(
        late=Words("The replay was not done after {seconds:,.0f} s and was stopped."),
        memory=Words("The replay needed more memory than the {megabytes:,.0f} MB that it may take."),
        died=Words("The process that asked the version died ({signal})."),
        silent=Words("The replay ended without an answer (exit status {status})."),
    ),
)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the disposable process is told: where the versions and the endpoint's journal lie."""

    request: ReplayRequest
    old: str
    new: str
    journal: str


class ReplayPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where replays happen and what each may take."""

    models_dir: Path
    spool_dir: Path
    limits: Limits

    def replay(self, request: ReplayRequest) -> ReplayOutcome:
        """Replay in a disposable process. Raise ValueError for a request that no site sends."""
        is_meant = REPLAY_ID.fullmatch(request.replay_id) and NAME.fullmatch(request.endpoint)
        if not is_meant or not 1 <= request.rows <= ROWS_MAX:
            msg = f"A replay has an id of 32 hexadecimal digits, an endpoint and rows, got {request.replay_id[:80]!r}."
            raise ValueError(msg)
        for number, digest in ((request.old, request.old_digest), (request.new, request.new_digest)):
            if not DIGEST.fullmatch(digest) or not (self.models_dir / digest).is_dir():
                return _failed(request, Words("The model store does not hold version {number}.", {"number": number}))
        journal = self.spool_dir / DIRECTORY / request.endpoint
        if not journal.is_dir():
            told = Words(
                "The journal holds no row that version {number} was asked, with its values.", {"number": request.old}
            )
            return _failed(request, told)
        old, new = (str(self.models_dir / digest) for digest in (request.old_digest, request.new_digest))
        limits = msgspec.structs.replace(self.limits, readable=(old, new, str(journal)))
        job = Job(request=request, old=old, new=new, journal=str(journal))
        said = REPLAY.taken(REPLAY.run(job, self.spool_dir / "working" / request.replay_id, limits), limits)
        if isinstance(said, Failure):
            return _failed(request, said.reason, said.detail)
        return msgspec.structs.replace(said, replay_id=request.replay_id, detail=said.detail[:DETAIL_MAX])


def _failed(request: ReplayRequest, reason: Words, detail: str = "") -> ReplayOutcome:
    return ReplayOutcome(replay_id=request.replay_id, reason=reason, detail=detail)
