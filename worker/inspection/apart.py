"""The worker's side of an inspection: where things lie, the disposable process, and what its ending means."""

import shutil
import signal
from pathlib import Path
from typing import Final

import msgspec

from worker.contract.inspection import InspectionOutcome, InspectionRequest
from worker.inspection import disposable
from worker.inspection.confinement import Limits
from worker.inspection.disposable import Ending, Exceeded

EXAMINATION: Final = "worker.inspection.examination"
FILES: Final = ("model.onnx",)
"""What an inspection may leave in the outbox; anything else stays behind and is deleted."""

NO_MEMORY: Final = ("MemoryError", "bad_alloc", "memory allocation")
"""What libraries say when they are refused memory."""

MEMORY_HINT: Final = "Publish a smaller model or fewer reference rows, or run the box on a machine with more memory."
PUBLISHER_HINT: Final = (
    "Load the file and predict the reference rows in a fresh process, with the versions of this box."
)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the disposable process is told."""

    request: InspectionRequest
    inbox: str


class Workplace(msgspec.Struct, frozen=True, kw_only=True):
    """Where inspections happen and what each may take."""

    spool_dir: Path
    limits: Limits

    def inspect(self, request: InspectionRequest) -> InspectionOutcome:
        """Inspect in a disposable process and put the files that it made into the outbox."""
        return inspect_apart(request, self, EXAMINATION)


def inspect_apart(request: InspectionRequest, workplace: Workplace, module: str) -> InspectionOutcome:
    """Run `module` on the request and return what it found, or why it could not."""
    inbox = workplace.spool_dir / "inbox" / request.inspection_id
    outbox = workplace.spool_dir / "outbox" / request.inspection_id
    working = workplace.spool_dir / "working" / request.inspection_id
    job = workplace.spool_dir / "working" / f"{request.inspection_id}.json"
    job.parent.mkdir(parents=True, exist_ok=True)
    job.write_bytes(msgspec.json.encode(Job(request=request, inbox=str(inbox))))
    try:
        limits = msgspec.structs.replace(workplace.limits, readable=(str(inbox),))
        ending = disposable.run(module, job, working, limits)
        outcome = _outcome(ending, request, workplace.limits)
        files = _take_out(working, outbox, outcome.files)
    finally:
        shutil.rmtree(working, ignore_errors=True)
        job.unlink(missing_ok=True)
    # Who asked and what was taken out is for this side to say, not for a process that ran a stranger's model.
    return msgspec.structs.replace(
        outcome, inspection_id=request.inspection_id, version_id=request.version_id, files=files
    )


def _outcome(ending: Ending, request: InspectionRequest, limits: Limits) -> InspectionOutcome:
    if ending.outcome is not None and ending.status == 0 and ending.exceeded is None:
        try:
            return msgspec.json.decode(ending.outcome, type=InspectionOutcome)
        except (msgspec.DecodeError, UnicodeDecodeError):
            pass
    reason, hint = _why(ending, limits)
    facts = {"status": ending.status, "log": ending.log}
    return InspectionOutcome(
        inspection_id=request.inspection_id, version_id=request.version_id, reason=reason, hint=hint, facts=facts
    )


def _why(ending: Ending, limits: Limits) -> tuple[str, str]:
    memory = f"{limits.memory_bytes / 1e6:,.0f} MB"
    if ending.timed_out:
        return f"The inspection was not done after {limits.timeout_s:,.0f} s and was stopped.", PUBLISHER_HINT
    if ending.status == -signal.SIGXCPU:
        return f"The inspection needed more than {limits.cpu_s:,} s of processor time and was stopped.", PUBLISHER_HINT
    if ending.exceeded is Exceeded.DISK:
        return "The inspection wrote more files than it may and was stopped.", PUBLISHER_HINT
    if ending.exceeded is Exceeded.MEMORY or any(words in ending.log for words in NO_MEMORY):
        return f"The inspection needed more memory than the {memory} that it may take.", MEMORY_HINT
    if ending.status == -signal.SIGKILL:
        return "The inspection was killed, most likely because the machine ran out of memory.", MEMORY_HINT
    if ending.status < 0:
        name = signal.Signals(-ending.status).name
        return f"The process that opened the model died ({name}).", PUBLISHER_HINT
    return f"The inspection ended without an answer (exit status {ending.status}).", PUBLISHER_HINT


def _take_out(working: Path, outbox: Path, named: tuple[str, ...]) -> tuple[str, ...]:
    """Move the files that may leave into the outbox, emptied first, and return their names."""
    shutil.rmtree(outbox, ignore_errors=True)
    outbox.mkdir(parents=True)
    taken = tuple(name for name in FILES if name in named and _is_plain_file(working / name))
    for name in taken:
        (working / name).replace(outbox / name)
    return taken


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
