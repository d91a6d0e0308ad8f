"""The model store: `models/<digest>/`, content-addressed and append-only, and the spool through which files reach it.

The data plane writes into the spool's outbox and is not trusted: files are copied, not renamed (it may still hold one
open), links and what has a second name are refused, a copy ends at a bound, and all must match their digests.
"""

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Final

from webapp.registry.errors import FileNotKeptError
from worker.contract.inspection import ARTIFACT, PRODUCED, PRODUCED_BYTES_MAX, REFERENCE

MANIFEST: Final = "manifest.json"
KEPT_MODE: Final = 0o640
"""The data plane reads by its group; where there is but one account, the data directory itself is closed to others."""

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
KEPT_DIRECTORY_MODE: Final = 0o750
_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Inspected:
    """What goes into the store: the published files, the `produced` ones with their SHA-256, the manifest."""

    digest: str
    inspection_id: str
    artifact_sha256: str
    reference_sha256: str
    produced: Mapping[str, str]
    manifest: bytes


class ModelStore:
    """The store under `models_dir`, fed from `spool_dir`."""

    def __init__(self, models_dir: Path, spool_dir: Path) -> None:
        self.models_dir = models_dir
        self.spool_dir = spool_dir

    def inbox(self, inspection_id: str) -> Path:
        """Return where the data plane reads what it is to inspect."""
        return self.spool_dir / "inbox" / inspection_id

    def outbox(self, inspection_id: str) -> Path:
        """Return where the data plane leaves what it made."""
        return self.spool_dir / "outbox" / inspection_id

    def receive(
        self, inspection_id: str, artifact: Path, reference: Path, *, are_ours: bool = False
    ) -> tuple[str, str]:
        """Put both files into the inbox: copies, or the files themselves if they are ours. Return their SHA-256."""
        take = move_durably if are_ours else copy_durably
        inbox = self.inbox(inspection_id)
        inbox.mkdir(parents=True)
        self.outbox(inspection_id).mkdir(parents=True, exist_ok=True)
        return take(artifact, inbox / ARTIFACT), take(reference, inbox / REFERENCE)

    def readdress(self, former_inspection_id: str, inspection_id: str) -> None:
        """Let another inspection find the files, if they are still there, and the former one none."""
        self.outbox(inspection_id).mkdir(parents=True)
        with suppress(FileNotFoundError):
            self.inbox(former_inspection_id).rename(self.inbox(inspection_id))

    def discard(self, inspection_id: str) -> None:
        """Remove what the spool holds of an inspection."""
        for directory in (self.inbox(inspection_id), self.outbox(inspection_id)):
            shutil.rmtree(directory, ignore_errors=True)

    def keep(self, inspected: Inspected) -> None:
        """Put inspected files under their digest, whole or not at all.

        Raise FileNotKeptError if one is not what was published. What already stands there stays: equal digests are
        equal contents.
        """
        self.models_dir.mkdir(parents=True, exist_ok=True)
        draft = self.models_dir / f".draft-{token_hex(8)}"
        draft.mkdir(mode=KEPT_DIRECTORY_MODE)
        try:
            self._fill(draft, inspected)
            sync_directory(draft)
            if not (self.models_dir / inspected.digest).exists():
                draft.rename(self.models_dir / inspected.digest)
                sync_directory(self.models_dir)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def remove(self, digest: str) -> None:
        """Remove what stands under a digest: out of sight at once, then off the disk. A second time does nothing."""
        if not DIGEST.fullmatch(digest):
            return
        doomed = self.models_dir / f".doomed-{token_hex(8)}"
        try:
            (self.models_dir / digest).rename(doomed)
        except FileNotFoundError:
            return
        sync_directory(self.models_dir)
        shutil.rmtree(doomed, ignore_errors=True)

    def _fill(self, draft: Path, inspected: Inspected) -> None:
        outbox = self.outbox(inspected.inspection_id)
        for name, sha256 in inspected.produced.items():
            if name not in PRODUCED:
                raise FileNotKeptError(name, "its name is not one that an inspection produces")
            if _copy_made(outbox, name, draft / name) != sha256:
                raise FileNotKeptError(name, "it changed after the inspection")
        inbox = self.inbox(inspected.inspection_id)
        published = {ARTIFACT: inspected.artifact_sha256, REFERENCE: inspected.reference_sha256}
        for name, sha256 in published.items():
            if copy_durably(inbox / name, draft / name) != sha256:
                raise FileNotKeptError(name, "it changed after it was published")
        write_durably(draft / MANIFEST, inspected.manifest)
        for kept in draft.iterdir():
            kept.chmod(KEPT_MODE)


def copy_durably(source: Path, target: Path) -> str:
    """Return the SHA-256 of a file after copying it so that it survives a power cut. Only regular files are copied."""
    return _copied(_opened(source, source.name), source.name, target)


def _copy_made(outbox: Path, name: str, target: Path) -> str:
    """Copy what an inspection made, within bounds: its directory may be a link, too, and its file may still grow."""
    directory = _opened(outbox, name, os.O_DIRECTORY)
    try:
        descriptor = _opened(Path(name), name, directory=directory)
    finally:
        os.close(directory)
    return _copied(descriptor, name, target, PRODUCED_BYTES_MAX)


def _opened(path: Path, name: str, kind: int = 0, directory: int | None = None) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | kind, dir_fd=directory)
    except OSError as error:
        raise FileNotKeptError(name, error.strerror or "it cannot be opened") from error


def _copied(descriptor: int, name: str, target: Path, most_bytes: int | None = None) -> str:
    """Copy an open file and close it; where the size is bounded, no other name may lead to it."""
    digest = hashlib.sha256()
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise FileNotKeptError(name, "it is not a regular file")
        if most_bytes is not None and found.st_nlink != 1:
            raise FileNotKeptError(name, "it has a second name")
        with target.open("xb") as writer:
            while chunk := os.read(descriptor, _CHUNK_BYTES):
                digest.update(chunk)
                writer.write(chunk)
                if most_bytes is not None and writer.tell() > most_bytes:
                    raise FileNotKeptError(name, f"it is larger than {most_bytes:,} bytes")
            writer.flush()
            os.fsync(writer.fileno())
    finally:
        os.close(descriptor)
    return digest.hexdigest()


def move_durably(source: Path, target: Path) -> str:
    """Return the SHA-256 of a file after moving it, on the same disk, so that it survives a power cut."""
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
    source.chmod(KEPT_MODE)
    source.rename(target)
    sync_directory(target.parent)
    return digest.hexdigest()


def write_durably(path: Path, content: bytes) -> None:
    """Write a new file so that it survives a power cut."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
