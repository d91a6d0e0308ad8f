"""The worker's side of a comparison: the disposable process, what of its answer is taken, and what its ending means."""

import re
import signal
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
from worker.inspection import disposable
from worker.inspection.apart import NO_MEMORY
from worker.inspection.confinement import Limits
from worker.inspection.disposable import Ending, Exceeded
from worker.inspection.removal import remove

PROCESS: Final = "worker.comparison.process"
DIGEST: Final = re.compile(r"[0-9a-f]{64}")
SIZE_MAX_BYTES: Final = 1_000_000
"""Of an outcome: it is kept in the database."""


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
        working = self.spool_dir / "working" / request.comparison_id
        file = working.with_suffix(".json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.encode(Job(request=request, old=old, new=new)))
        limits = msgspec.structs.replace(self.limits, readable=(old, new))
        try:
            return disposable.run(PROCESS, file, working, limits)
        finally:
            remove(working)
            file.unlink(missing_ok=True)


def _taken(ending: Ending, request: ComparisonRequest, limits: Limits) -> ComparisonOutcome:
    """Return what the process said; who asked is for this side to say, as it ran strangers' models."""
    if ending.outcome is not None and ending.status == 0 and ending.exceeded is None:
        said = _said(ending.outcome)
        if said is not None:
            return msgspec.structs.replace(said, comparison_id=request.comparison_id, detail=said.detail[:500])
    return _failed(request, _why(ending, limits), ending.log[-500:] if ending.status > 0 else "")


def _said(outcome: bytes) -> ComparisonOutcome | None:
    if len(outcome) > SIZE_MAX_BYTES:
        return None
    try:
        said = msgspec.json.decode(outcome, type=ComparisonOutcome)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    is_told = said.reason is not None if said.compared is None else _is_bounded(said.compared)
    return said if is_told else None


def _is_bounded(compared: Compared) -> bool:
    return len(compared.most) <= ROWS_SHOWN_MAX and all(len(row.values) <= FEATURES_SHOWN_MAX for row in compared.most)


def _why(ending: Ending, limits: Limits) -> Words:
    if ending.timed_out or ending.status == -signal.SIGXCPU:
        return Words(
            "The comparison was not done after {seconds:,.0f} s and was stopped.", {"seconds": limits.timeout_s}
        )
    if ending.exceeded is Exceeded.MEMORY or any(words in ending.log for words in NO_MEMORY):
        return Words(
            "The comparison needed more memory than the {megabytes:,.0f} MB that it may take.",
            {"megabytes": limits.memory_bytes / 1e6},
        )
    if ending.status < 0:
        return Words("The process that compared the versions died ({signal}).", {"signal": ending.signal_name})
    return Words("The comparison ended without an answer (exit status {status}).", {"status": ending.status})


def _failed(request: ComparisonRequest, reason: Words, detail: str = "") -> ComparisonOutcome:
    return ComparisonOutcome(comparison_id=request.comparison_id, reason=reason, detail=detail)
