"""The worker's side of a comparison: the disposable process, what of its answer is taken, and what its ending means."""

import re
from pathlib import Path
from typing import Final

import msgspec

from worker.contract.comparison import (
    COMPARISON_ID,
    FEATURES_SHOWN_MAX,
    ROWS_SHOWN_MAX,
    Compared,
    ComparisonOutcome,
    ComparisonRequest,
)
from worker.contract.words import Words
from worker.inspection.confinement import Limits
from worker.inspection.disposable import Ending
from worker.inspection.errand import DETAIL_MAX, Errand, Failure, Sentences

PROCESS: Final = "worker.comparison.process"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
SIZE_MAX_BYTES: Final = 1_000_000
"""Of an outcome: it is kept in the database."""


def is_bounded(compared: Compared) -> bool:
    """Return whether what differs is shown with few rows and values, as it must be to be kept."""
    return len(compared.most) <= ROWS_SHOWN_MAX and all(len(row.values) <= FEATURES_SHOWN_MAX for row in compared.most)


def _is_told(said: ComparisonOutcome) -> bool:
    return said.reason is not None if said.compared is None else is_bounded(said.compared)


COMPARISON: Final = Errand(
    process=PROCESS,
    answer=ComparisonOutcome,
    size_max_bytes=SIZE_MAX_BYTES,
    is_sound=_is_told,
    sentences=Sentences(
        late=Words("The comparison was not done after {seconds:,.0f} s and was stopped."),
        memory=Words("The comparison needed more memory than the {megabytes:,.0f} MB that it may take."),
        died=Words("The process that compared the versions died ({signal})."),
        silent=Words("The comparison ended without an answer (exit status {status})."),
    ),
)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the disposable process is told: `old` and `new` are where the versions lie."""

    request: ComparisonRequest
    old: str
    new: str


class ComparingPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where comparisons happen and what each may take."""

    models_dir: Path
    spool_dir: Path
    limits: Limits

    def compare(self, request: ComparisonRequest) -> ComparisonOutcome:
        """Compare in a disposable process. Raise ValueError for a request that no site sends."""
        if not COMPARISON_ID.fullmatch(request.comparison_id):
            msg = f"A comparison id is 32 hexadecimal digits, got {request.comparison_id[:80]!r}."
            raise ValueError(msg)
        for number, digest in ((request.old, request.old_digest), (request.new, request.new_digest)):
            if not DIGEST.fullmatch(digest) or not (self.models_dir / digest).is_dir():
                return _failed(request, Words("The model store does not hold version {number}.", {"number": number}))
        return _taken(self._run(request), request, self.limits)

    def _run(self, request: ComparisonRequest) -> Ending:
        old, new = (str(self.models_dir / digest) for digest in (request.old_digest, request.new_digest))
        limits = msgspec.structs.replace(self.limits, readable=(old, new))
        job = Job(request=request, old=old, new=new)
        return COMPARISON.run(job, self.spool_dir / "working" / request.comparison_id, limits)


def _taken(ending: Ending, request: ComparisonRequest, limits: Limits) -> ComparisonOutcome:
    """Return what the process said; who asked is for this side to say, as it ran strangers' models."""
    said = COMPARISON.taken(ending, limits)
    if isinstance(said, Failure):
        return _failed(request, said.reason, said.detail)
    return msgspec.structs.replace(said, comparison_id=request.comparison_id, detail=said.detail[:DETAIL_MAX])


def _failed(request: ComparisonRequest, reason: Words, detail: str = "") -> ComparisonOutcome:
    return ComparisonOutcome(comparison_id=request.comparison_id, reason=reason, detail=detail)
