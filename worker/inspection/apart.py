"""The worker's side of an inspection: where things lie, the disposable process, and what its ending means."""

import hashlib
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from worker.contract.inspection import CONVERTED, GRAPH, PRODUCED, SKLEARN_FILES, InspectionOutcome, InspectionRequest
from worker.contract.manifest import Manifest
from worker.contract.words import Words
from worker.inspection import disposable
from worker.inspection.completion import complete
from worker.inspection.confinement import Limits
from worker.inspection.disposable import Ending, Exceeded
from worker.inspection.refusal import rejection
from worker.inspection.removal import remove

EXAMINATION: Final = "worker.inspection.arrival"
CONVERSION: Final = "worker.inspection.quarantine"
MEASURING: Final = "worker.inspection.measuring"
QUARANTINE: Final = "needs_quarantine"
"""The fact by which an examination says that the model is a pickle, to be opened elsewhere."""

SAMPLE: Final = "sample.json"
"""The rows with which a version is measured; they go away when it was."""

CONVERTED_FILES: Final = (CONVERTED, "answers.json")
"""What the opening of a pickle must leave for the examination."""

REFUSAL_BYTES_MAX: Final = 100_000
"""Of an outcome without a manifest, which goes into the database and onto pages as it is."""

NO_MEMORY: Final = ("MemoryError", "bad_alloc", "memory allocation")
"""What libraries say when they are refused memory."""

MEMORY_HINT: Final = Words(
    "Publish a smaller model or fewer reference rows, or run the box on a machine with more memory."
)
ROOM_HINT: Final = Words("Publish the same files again when an administrator has freed space.")
PUBLISHER_HINT: Final = Words(
    "Load the file and predict the reference rows in a fresh process, with the versions of this box."
)
NO_MODEL: Final = Words("The process that opened the pickle left no model.")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the disposable process is told. `converted` is where lies what a pickle was converted to, if it was.

    To measure an accepted version: its `manifest`, and where lies what was `made` for it; `briefly` where its memory
    and the time of one row will do.
    """

    request: InspectionRequest
    inbox: str
    converted: str = ""
    manifest: Manifest | None = None
    made: str = ""
    briefly: bool = False


class Workplace(msgspec.Struct, frozen=True, kw_only=True):
    """Where inspections happen and what each may take."""

    spool_dir: Path
    limits: Limits

    def inspect(self, request: InspectionRequest) -> InspectionOutcome:
        """Inspect in disposable processes and put the files that were made into the outbox."""
        outcome = _measured(self._examined(request), request, self)
        made = self.spool_dir / "outbox" / request.inspection_id
        return msgspec.structs.replace(outcome, digests={name: _digest(made / name) for name in outcome.files})

    def _examined(self, request: InspectionRequest) -> InspectionOutcome:
        outcome = inspect_apart(request, self, EXAMINATION)
        if QUARANTINE not in outcome.facts or not request.pickles_allowed:
            return outcome
        converted = self.spool_dir / "converted" / request.inspection_id
        try:
            failed = _convert_apart(request, self, converted)
            return failed or inspect_apart(request, self, EXAMINATION, converted)
        finally:
            remove(converted)


def inspect_apart(
    request: InspectionRequest, workplace: Workplace, module: str, converted: Path | None = None
) -> InspectionOutcome:
    """Run `module` on the request and return what it found, or why it could not."""
    outbox = workplace.spool_dir / "outbox" / request.inspection_id
    job = Job(
        request=request, inbox=str(_inbox(request, workplace)), converted="" if converted is None else str(converted)
    )
    with _run_apart(job, workplace, module) as (outcome, working):
        files = _take_out(working, outbox, tuple(name for name in (*PRODUCED, SAMPLE) if name in outcome.files))
    # Who asked and what was taken out is for this side to say, not for a process that ran a stranger's model.
    return msgspec.structs.replace(
        outcome, inspection_id=request.inspection_id, version_id=request.version_id, files=files
    )


def _measured(outcome: InspectionOutcome, request: InspectionRequest, workplace: Workplace) -> InspectionOutcome:
    """Return the outcome of an examination with what fresh processes measured, or why they could not."""
    if outcome.manifest is None:
        return outcome
    outbox = workplace.spool_dir / "outbox" / request.inspection_id

    def measure(manifest: Manifest, *, briefly: bool = False) -> InspectionOutcome:
        inbox = str(_inbox(request, workplace))
        job = Job(request=request, inbox=inbox, manifest=manifest, made=str(outbox), briefly=briefly)
        with _run_apart(job, workplace, MEASURING) as (measured, _):
            return measured

    try:
        graph = outbox / GRAPH
        measured = complete(outcome.manifest, measure, graph.stat().st_size if graph.is_file() else 0)
    finally:
        (outbox / SAMPLE).unlink(missing_ok=True)
    files = tuple(name for name in outcome.files if name != SAMPLE) if measured.manifest else ()
    return msgspec.structs.replace(
        measured, inspection_id=request.inspection_id, version_id=request.version_id, files=files
    )


def _convert_apart(request: InspectionRequest, workplace: Workplace, converted: Path) -> InspectionOutcome | None:
    """Let a process of its own open the pickle. Return why that failed, None when both of its files were taken."""
    job = Job(request=request, inbox=str(_inbox(request, workplace)))
    with _run_apart(job, workplace, CONVERSION) as (outcome, working):
        if outcome.files and _take_out(working, converted, CONVERTED_FILES) == CONVERTED_FILES:
            return None
    if not outcome.reason:
        return rejection(request, NO_MODEL, PUBLISHER_HINT, outcome.facts)
    # Who asked is for this side to say, not for a process that ran a stranger's model.
    return msgspec.structs.replace(
        outcome, inspection_id=request.inspection_id, version_id=request.version_id, manifest=None, files=()
    )


@contextmanager
def _run_apart(job: Job, workplace: Workplace, module: str) -> Iterator[tuple[InspectionOutcome, Path]]:
    """Run a module in a process of its own; yield what it said and its working directory, which goes away after."""
    working = workplace.spool_dir / "working" / job.request.inspection_id
    file = workplace.spool_dir / "working" / f"{job.request.inspection_id}.json"
    readable = tuple(path for path in (job.inbox, job.converted, job.made) if path)
    limits = msgspec.structs.replace(workplace.limits, readable=readable)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(job))
    try:
        ending = disposable.run(module, file, working, limits)
        yield _outcome(ending, job.request, workplace.limits), working
    finally:
        remove(working)
        file.unlink(missing_ok=True)


def _inbox(request: InspectionRequest, workplace: Workplace) -> Path:
    return workplace.spool_dir / "inbox" / request.inspection_id


def _outcome(ending: Ending, request: InspectionRequest, limits: Limits) -> InspectionOutcome:
    if ending.outcome is not None and ending.status == 0 and ending.exceeded is None:
        said = _said(ending.outcome)
        if said is not None:
            return said
    reason, advice = _why(ending, limits)
    return rejection(request, reason, advice, {"status": ending.status, "log": ending.log})


def _said(outcome: bytes) -> InspectionOutcome | None:
    """Return what the process said, None when it is no outcome, too long or names a file that no version has."""
    try:
        said = msgspec.json.decode(outcome, type=InspectionOutcome)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if said.manifest is None and len(outcome) > REFUSAL_BYTES_MAX:
        return None
    return None if said.manifest is not None and said.manifest.sklearn_file not in SKLEARN_FILES else said


def _why(ending: Ending, limits: Limits) -> tuple[Words, Words]:
    if ending.timed_out:
        words = Words(
            "The inspection was not done after {seconds:,.0f} s and was stopped.", {"seconds": limits.timeout_s}
        )
        return words, PUBLISHER_HINT
    if ending.status == -signal.SIGXCPU:
        words = Words(
            "The inspection needed more than {seconds:,} s of processor time and was stopped.",
            {"seconds": limits.cpu_s},
        )
        return words, PUBLISHER_HINT
    if ending.exceeded is Exceeded.DISK:
        return Words("The inspection wrote more files than it may and was stopped."), PUBLISHER_HINT
    if ending.exceeded is Exceeded.MEMORY or any(said in ending.log for said in NO_MEMORY):
        words = Words(
            "The inspection needed more memory than the {most:,.0f} MB that it may take.",
            {"most": limits.memory_bytes / 1e6},
        )
        return words, MEMORY_HINT
    if ending.disk_full:
        return Words("The disk of the box was full during the inspection."), ROOM_HINT
    if ending.status == -signal.SIGKILL:
        return Words("The inspection was killed, most likely because the machine ran out of memory."), MEMORY_HINT
    if ending.status < 0:
        words = Words("The process that opened the model died ({signal}).", {"signal": ending.signal_name})
        return words, PUBLISHER_HINT
    words = Words("The inspection ended without an answer (exit status {status}).", {"status": ending.status})
    return words, PUBLISHER_HINT


def _take_out(working: Path, target: Path, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Move the wanted files that are there into the target directory, emptied first, and return their names."""
    remove(target)
    target.mkdir(parents=True)
    taken = tuple(name for name in wanted if _is_plain_file(working / name))
    for name in taken:
        (working / name).replace(target / name)
    return taken


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
