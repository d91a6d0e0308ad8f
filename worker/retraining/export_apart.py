"""The worker's side of an export: the disposable process, and the file that it leaves for whoever asked."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from worker.contract.export import DIRECTORY, EXPORT_ID, FILE, ExportOutcome, ExportRequest
from worker.contract.journal import DIRECTORY as JOURNAL
from worker.contract.words import Words
from worker.inspection.confinement import Limits
from worker.inspection.disposable import nobody_waits
from worker.inspection.errand import DETAIL_MAX, Errand, Failure, Sentences
from worker.inspection.removal import remove
from worker.journal.places import KEY

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")

EXPORT: Final = Errand(
    process="worker.retraining.export_process",
    answer=ExportOutcome,
    size_max_bytes=100_000,
    is_sound=lambda said: said.rows > 0 or said.reason is not None,
    is_patient=True,
    sentences=Sentences(
        late=Words("The export was not done after {seconds:,.0f} s and was stopped. Choose fewer rows or days."),
        memory=Words("The export needed more memory than the {megabytes:,.0f} MB that it may take. Choose fewer rows."),
        died=Words("The process that wrote the export died ({signal})."),
        silent=Words("The export ended without an answer (exit status {status})."),
    ),
)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the disposable process is told: where the version, the endpoint's journal and the key of hashes lie."""

    request: ExportRequest
    version: str
    journal: str
    key: str


class ExportPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where exports happen and what each may take. One that `is_awaited` makes no room for others any more."""

    models_dir: Path
    spool_dir: Path
    limits: Limits
    is_awaited: Callable[[], bool] = nobody_waits

    def export(self, request: ExportRequest) -> ExportOutcome:
        """Write the file in a disposable process. Raise ValueError for a request that no site sends."""
        if not (EXPORT_ID.fullmatch(request.export_id) and NAME.fullmatch(request.endpoint)):
            msg = f"An export has an id of 32 hexadecimal digits and an endpoint, got {request.export_id[:80]!r}."
            raise ValueError(msg)
        if not DIGEST.fullmatch(request.digest) or not (self.models_dir / request.digest).is_dir():
            return _failed(request, Words("The model store does not hold this version."))
        journal = self.spool_dir / JOURNAL / request.endpoint
        if not journal.is_dir():
            return _failed(request, Words("No row of the journal is as you want it."))
        version, key = str(self.models_dir / request.digest), str(self.spool_dir / JOURNAL / KEY)
        return self._done(Job(request=request, version=version, journal=str(journal), key=key))

    def _done(self, job: Job) -> ExportOutcome:
        request = job.request
        readable = (job.version, job.journal, *((job.key,) if Path(job.key).exists() else ()))
        limits = msgspec.structs.replace(self.limits, readable=readable)
        working = self.spool_dir / "working" / request.export_id
        try:
            ending = EXPORT.begin(job, working, limits, self.is_awaited)
            said = EXPORT.taken(ending, limits)
            if isinstance(said, Failure):
                full = Words("The disk of the box was full during the export.") if ending.disk_full else said.reason
                return _failed(request, full, said.detail)
            size_bytes = self._take_out(working / FILE, request) if said.reason is None else 0
        finally:
            remove(working)
        return msgspec.structs.replace(
            said, export_id=request.export_id, size_bytes=size_bytes, detail=said.detail[:DETAIL_MAX]
        )

    def _take_out(self, made: Path, request: ExportRequest) -> int:
        """Hand the file over. Raise FileNotFoundError if nobody waits for it any more: its directory is gone."""
        size_bytes = made.stat().st_size
        made.chmod(0o640)  # the control plane and the proxy read by their group
        made.replace(self.spool_dir / DIRECTORY / request.export_id / FILE)
        return size_bytes


def _failed(request: ExportRequest, reason: Words, detail: str = "") -> ExportOutcome:
    return ExportOutcome(export_id=request.export_id, reason=reason, detail=detail)
