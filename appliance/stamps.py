"""Stamps: what a set-up step was last done for, so that the next start skips it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from appliance.paths import DataDirectory


def is_current(data: DataDirectory, name: str, fingerprint: str) -> bool:
    """Return whether the step was done for this fingerprint."""
    try:
        return (data.stamps / name).read_text() == fingerprint
    except FileNotFoundError:
        return False


def write(data: DataDirectory, name: str, fingerprint: str) -> None:
    """Remember that the step was done."""
    (data.stamps / name).write_text(fingerprint)


def clear(data: DataDirectory) -> None:
    """Forget everything; a new database knows nothing of what was done for the old one."""
    for stamp in data.stamps.iterdir():
        stamp.unlink()


def of_contents(files: Iterable[Path]) -> str:
    """Return a fingerprint of files by name and content."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def of_sizes(files: Iterable[Path]) -> str:
    """Return a fingerprint of files by name, size and time of change: for many, or large ones."""
    facts = ((str(file), file.stat()) for file in sorted(files))
    return hashlib.sha256(
        "".join(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n" for name, stat in facts).encode()
    ).hexdigest()
